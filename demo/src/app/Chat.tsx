/** Two panes: people at the left, the conversation with one of them at the right. On a phone one of them at a time. */
import type { State } from "mediadock";
import { useEffect } from "react";
import { Conversation } from "../conversation/Conversation";
import type { Outbox } from "../conversation/useOutbox";
import type { Overview } from "../people/overview";
import { PeoplePane } from "../people/PeoplePane";
import type { People } from "../people/usePeople";
import type { Me } from "../session/useSession";

interface Props {
  me: Me;
  personId: number | null;
  people: People;
  overviews: ReadonlyMap<number, Overview>;
  state: State;
  outbox: Outbox;
  onSignOut: () => void;
}

export function Chat({ me, personId, people, overviews, state, outbox, onSignOut }: Props) {
  const { refresh } = people;
  const person = personId === null ? null : people.byId(personId);

  // biome-ignore lint/correctness/useExhaustiveDependencies: when one comes here, not while one types into the search
  useEffect(() => refresh(), []);

  return (
    <main className="chat" data-open={person !== null}>
      <h1 className="visually-hidden">Mediadock</h1>
      <PeoplePane me={me} people={people} overviews={overviews} chosenId={personId} onSignOut={onSignOut} />
      {person ? (
        <Conversation key={person.id} me={me} person={person} state={state} outbox={outbox} />
      ) : (
        <section className="no-conversation">
          <img src="/icon.svg" alt="" width="64" height="64" />
          <p>Choose somebody to write to.</p>
        </section>
      )}
    </main>
  );
}
