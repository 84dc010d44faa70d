/** One person in the list, with the last that was said. */
import type { User } from "mediadock";
import { shortMoment } from "../message/moments";
import { Ticks, tickOf } from "../message/Ticks";
import { Avatar } from "./Avatar";
import type { Overview } from "./overview";

interface Props {
  person: User;
  isMe: boolean;
  overview: Overview | undefined;
  looked: boolean;
  address: string;
  chosen: boolean;
}

export function PersonRow({ person, isMe, overview, looked, address, chosen }: Props) {
  const unread = overview?.unread ?? 0;
  return (
    <li>
      <a className="person" href={address} aria-current={chosen ? "page" : undefined} data-unread={unread > 0}>
        <Avatar {...person} />
        <span className="person-name">
          {person.username}
          {isMe && <span className="person-you"> (you)</span>}
        </span>
        <span className="person-time">{shortMoment(overview?.last.created_at ?? null)}</span>
        <span className="person-preview">
          {overview?.mine && !isMe && <Ticks tick={tickOf(overview.last.status, overview.last.seen_at)} />}
          <span className="person-text">{overview?.preview ?? (looked ? "No messages yet" : "\u00a0")}</span>
        </span>
        {unread > 0 && (
          <span className="person-unread">
            {unread}
            <span className="visually-hidden"> unread</span>
          </span>
        )}
      </a>
    </li>
  );
}
