/** The way from page to page: a rail at the left; on a phone a bar at the bottom, which makes room for a conversation. */
import { Icon, type IconName } from "./Icon";
import type { PageName } from "./route";

const PAGES: readonly { page: PageName; name: string; icon: IconName }[] = [
  { page: "chats", name: "Chats", icon: "chats" },
  { page: "albums", name: "Albums", icon: "albums" },
  { page: "feed", name: "Feed", icon: "feed" },
  { page: "generated", name: "Generated", icon: "generated" },
  { page: "profile", name: "Profile", icon: "person" },
];

export function PageNav({ page, unread }: { page: PageName; unread: number }) {
  return (
    <nav className="page-nav" aria-label="Pages">
      <ul>
        {PAGES.map((each) => (
          <li key={each.page}>
            <a href={`#/${each.page}`} aria-current={each.page === page ? "page" : undefined}>
              <Icon name={each.icon} />
              {each.name}
              {each.page === "chats" && unread > 0 && page !== "chats" && (
                <span className="page-nav-unread">
                  {unread}
                  <span className="visually-hidden"> unread</span>
                </span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
