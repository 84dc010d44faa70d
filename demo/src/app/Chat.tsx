/** Two panes: people at the left, the conversation with one of them at the right. On a phone one of them at a time. */
import { NotLoggedIn } from "mediadock";
import { useEvents } from "mediadock/react";
import { useEffect, useMemo } from "react";
import { ConnectionBanner } from "../connection/ConnectionBanner";
import { Conversation } from "../conversation/Conversation";
import { useMissingTexts } from "../conversation/useMissingTexts";
import { useOutbox } from "../conversation/useOutbox";
import { overviewsOf } from "../people/overview";
import { PeoplePane } from "../people/PeoplePane";
import { usePeople } from "../people/usePeople";
import type { Me } from "../session/useSession";
import { UnfinishedBanner } from "../unfinished/UnfinishedBanner";
import { useRoute } from "./route";

interface Props {
  me: Me;
  onSignOut: (notice?: string) => void;
}

export function Chat({ me, onSignOut }: Props) {
  const { personId } = useRoute();
  const { state, status, error } = useEvents();
  const people = usePeople();
  const outbox = useOutbox(me.id);
  const sending = outbox.uploads.some(({ messageId, error: why }) => messageId === null && !why);
  useMissingTexts(state, me.id, personId, sending);
  const overviews = useMemo(() => overviewsOf(state, me.id), [state, me.id]);
  const unread = [...overviews.values()].reduce((sum, overview) => sum + overview.unread, 0);
  const person = personId === null ? null : people.byId(personId);

  useEffect(() => {
    const place = person ? `${person.username} · Mediadock` : "Mediadock";
    document.title = unread ? `(${unread}) ${place}` : place;
  }, [person, unread]);

  useEffect(() => {
    if (error instanceof NotLoggedIn) onSignOut("You have been signed out. Sign in to go on.");
  }, [error, onSignOut]);

  return (
    <div className="shell">
      <ConnectionBanner status={status} reason={error?.message ?? null} />
      <UnfinishedBanner state={state} resume={outbox.resume} />
      <main className="chat" data-open={person !== null}>
        <h1 className="visually-hidden">Mediadock</h1>
        <PeoplePane me={me} people={people} overviews={overviews} chosenId={personId} onSignOut={() => onSignOut()} />
        {person ? (
          <Conversation key={person.id} me={me} person={person} state={state} outbox={outbox} />
        ) : (
          <section className="no-conversation">
            <img src="/icon.svg" alt="" width="64" height="64" />
            <p>Choose somebody to write to.</p>
          </section>
        )}
      </main>
    </div>
  );
}
