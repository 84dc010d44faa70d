/** The right pane: with whom, what was said, and what to say. */
import type { State, User } from "mediadock";
import { useMemo, useState } from "react";
import { Icon } from "../app/Icon";
import { chatAddress } from "../app/route";
import { Composer } from "../composer/Composer";
import { DropZone } from "../composer/DropZone";
import { useDrafts } from "../composer/useDrafts";
import { Lightbox } from "../lightbox/Lightbox";
import { shownIn } from "../lightbox/shown";
import { Avatar } from "../people/Avatar";
import type { Me } from "../session/useSession";
import { entriesOf, type Memory } from "./entries";
import { MessageList } from "./MessageList";
import { useBubbleActions } from "./useBubbleActions";
import { useHistory } from "./useHistory";
import type { Outbox } from "./useOutbox";
import "./conversation.css";

interface Props {
  me: Me;
  person: User;
  state: State;
  outbox: Outbox;
}

export function Conversation({ me, person, state, outbox }: Props) {
  const history = useHistory(person.id, state);
  const { uploads, letters, startedAt } = outbox;
  const [memory] = useState<Memory>(() => new Map());
  const entries = useMemo(
    () => entriesOf({ state, uploads, letters, startedAt }, me.id, person.id, memory),
    [state, uploads, letters, startedAt, me.id, person.id, memory],
  );
  const drafts = useDrafts();
  const [lookingAt, setLookingAt] = useState<number | null>(null);
  const actions = useBubbleActions(person.id, outbox, setLookingAt);
  const shown = useMemo(() => shownIn(entries), [entries]);

  return (
    <section className="conversation" aria-label={`Conversation with ${person.username}`}>
      <header className="conversation-header">
        <a className="icon-button conversation-back" href={chatAddress(null)} aria-label="Back to people">
          <Icon name="back" />
        </a>
        <Avatar {...person} />
        <h2>{person.id === me.id ? "Notes to yourself" : person.username}</h2>
      </header>
      <DropZone onFiles={drafts.add}>
        <MessageList entries={entries} personName={person.username} history={history} actions={actions} />
        <Composer
          drafts={drafts}
          firstText={outbox.drafts.get(person.id) ?? ""}
          onText={(text) => outbox.drafts.set(person.id, text)}
          onSendText={(text) => outbox.sendText(person.id, text)}
          onSendFiles={(text, files) => outbox.sendFiles(person.id, text, files)}
        />
      </DropZone>
      {lookingAt !== null && (
        <Lightbox
          assets={shown}
          assetId={lookingAt}
          onMove={setLookingAt}
          onClose={() => setLookingAt(null)}
          myId={me.id}
        />
      )}
    </section>
  );
}
