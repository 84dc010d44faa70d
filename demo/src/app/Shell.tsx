/** What every page has around it: the state of the line, unfinished uploads, the way to the other pages. */
import { NotLoggedIn } from "mediadock";
import { useEvents } from "mediadock/react";
import { useEffect, useMemo } from "react";
import { AlbumPage } from "../albums/AlbumPage";
import { AlbumsPage } from "../albums/AlbumsPage";
import { ConnectionBanner } from "../connection/ConnectionBanner";
import { useMissingTexts } from "../conversation/useMissingTexts";
import { useOutbox } from "../conversation/useOutbox";
import { FeedPage } from "../feed/FeedPage";
import { GeneratedPage } from "../generated/GeneratedPage";
import { overviewsOf } from "../people/overview";
import { usePeople } from "../people/usePeople";
import { ProfilePage } from "../profile/ProfilePage";
import { useMe } from "../profile/useMe";
import type { Me } from "../session/useSession";
import { UnfinishedBanner } from "../unfinished/UnfinishedBanner";
import { Chat } from "./Chat";
import { PageNav } from "./PageNav";
import { type Route, useRoute } from "./route";
import "./page.css";

interface Props {
  account: Me;
  onSignOut: (notice?: string) => void;
}

const TITLES = { albums: "Albums", feed: "Feed", generated: "Generated", profile: "Profile" };

export function Shell({ account, onSignOut }: Props) {
  const route = useRoute();
  const { state, status, error } = useEvents();
  const people = usePeople();
  const me = useMe(account, people.refresh);
  const personId = route.page === "chats" ? route.personId : null;
  const outbox = useOutbox(me.id);
  const sending = outbox.uploads.some(({ to, messageId, error: why }) => typeof to === "number" && !messageId && !why);
  useMissingTexts(state, me.id, personId, sending);
  const overviews = useMemo(() => overviewsOf(state, me.id), [state, me.id]);
  const unread = [...overviews.values()].reduce((sum, overview) => sum + overview.unread, 0);
  const place = placeOf(route, (id) => people.byId(id).username);

  useEffect(() => {
    document.title = unread ? `(${unread}) ${place}` : place;
  }, [place, unread]);

  useEffect(() => {
    if (error instanceof NotLoggedIn) onSignOut("You have been signed out. Sign in to go on.");
  }, [error, onSignOut]);

  return (
    <div className="shell">
      <ConnectionBanner status={status} reason={error?.message ?? null} />
      <UnfinishedBanner state={state} resume={outbox.resume} />
      <div className="pages" data-talking={personId !== null}>
        <PageNav page={route.page} unread={unread} />
        {route.page === "chats" && (
          <Chat
            me={me}
            personId={personId}
            people={people}
            overviews={overviews}
            state={state}
            outbox={outbox}
            onSignOut={() => onSignOut()}
          />
        )}
        {route.page === "albums" && route.albumId === null && <AlbumsPage />}
        {route.page === "albums" && route.albumId !== null && (
          <AlbumPage key={route.albumId} albumId={route.albumId} me={me} state={state} />
        )}
        {route.page === "feed" && <FeedPage me={me} people={people} state={state} />}
        {route.page === "generated" && <GeneratedPage me={me} state={state} />}
        {route.page === "profile" && <ProfilePage me={me} state={state} onSignOut={() => onSignOut()} />}
      </div>
    </div>
  );
}

function placeOf(route: Route, nameOf: (id: number) => string): string {
  if (route.page !== "chats") return `${TITLES[route.page]} · Mediadock`;
  return route.personId === null ? "Mediadock" : `${nameOf(route.personId)} · Mediadock`;
}
