/** One message: its files, its text, how far it is. */
import { memo } from "react";
import type { Entry } from "../conversation/entries";
import type { BubbleActions } from "./actions";
import { BubbleFiles } from "./BubbleFiles";
import { clockTime } from "./moments";
import { NotSent } from "./NotSent";
import { SendingLine } from "./SendingLine";
import { Ticks, tickOf } from "./Ticks";
import "./message.css";

interface Props {
  entry: Entry;
  personName: string;
  actions: BubbleActions;
}

export const Bubble = memo(function Bubble({ entry, personName, actions }: Props) {
  const { messageId, mine, text, at, status, seenAt, cells, upload, letter } = entry;
  const notSent = letter?.problem ?? upload?.error?.message ?? null;
  const needsYou = notSent !== null || cells.some(({ stage }) => stage === "failed");
  const tick = needsYou ? "failed" : tickOf(status, seenAt);
  const time = at && clockTime(at);
  return (
    <article
      className="bubble"
      data-message-id={messageId ?? ""}
      data-status={status}
      data-seen={seenAt !== null}
      data-mine={mine}
      data-files={cells.length > 0}
      data-text={text !== ""}
      aria-label={`${mine ? "You" : personName}${time ? `, ${time}` : ""}`}
    >
      {cells.length > 0 && <BubbleFiles cells={cells} mine={mine} actions={actions} />}
      {text && (
        <p className="bubble-text" dir="auto">
          {text}
        </p>
      )}
      {upload && !upload.error && <SendingLine upload={upload} />}
      {letter && notSent && (
        <NotSent
          reason={notSent}
          onRetry={() => actions.retryLetter(letter)}
          onDiscard={() => actions.discardLetter(letter)}
        />
      )}
      {upload?.error && notSent && (
        <NotSent
          reason={notSent}
          onRetry={() => actions.retryUpload(upload)}
          onDiscard={() => actions.discardUpload(upload)}
        />
      )}
      <footer className="bubble-foot">
        {at && <time dateTime={at}>{time}</time>}
        {mine && <Ticks tick={tick} />}
      </footer>
    </article>
  );
});
