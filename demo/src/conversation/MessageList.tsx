/** The bubbles, oldest first, by days. Older ones come when one scrolls up. */
import { memo, useEffect, useRef } from "react";
import { Icon } from "../app/Icon";
import type { BubbleActions } from "../message/actions";
import { Bubble } from "../message/Bubble";
import { dayName } from "../message/moments";
import type { Entry } from "./entries";
import type { History } from "./useHistory";
import { useScroll } from "./useScroll";
import { useSeen } from "./useSeen";

const TOGETHER_MS = 5 * 60_000; // bubbles of one person that follow so soon stand close

interface Props {
  entries: readonly Entry[];
  personName: string;
  history: History;
  actions: BubbleActions;
}

export function MessageList({ entries, personName, history, actions }: Props) {
  const { viewport, content, atBottom, toBottom } = useScroll(entries[0]?.key);
  useSeen(entries, atBottom);
  const top = useRef<HTMLDivElement>(null);
  const { more, loading, loadOlder } = history;
  const last = entries.at(-1);
  const lastKey = last?.key;
  const lastIsMine = last?.mine;
  const unseen = entries.filter(({ mine, status, seenAt }) => !mine && status === "sent" && !seenAt).length;

  // What one has just sent is always looked at.
  useEffect(() => {
    if (lastKey && lastIsMine) toBottom();
  }, [lastKey, lastIsMine, toBottom]);

  useEffect(() => {
    if (!more || loading || !top.current) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && loadOlder(), {
      root: viewport.current,
      rootMargin: "200px 0px 0px",
    });
    observer.observe(top.current);
    return () => observer.disconnect();
  }, [more, loading, loadOlder, viewport]);

  return (
    <div className="messages-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="messages" ref={viewport} tabIndex={0} aria-label={`Messages with ${personName}`}>
        <div ref={top} className="messages-top">
          {more && (
            <button className="button quiet" type="button" onClick={loadOlder} disabled={loading}>
              {loading ? "Loading…" : "Show older messages"}
            </button>
          )}
          {history.problem && (
            <p role="alert">
              {history.problem}{" "}
              <button className="button quiet" type="button" onClick={loadOlder}>
                Try again
              </button>
            </p>
          )}
        </div>
        {history.loaded && !entries.length && (
          <p className="messages-none">Nothing here yet. Say hello, or drop a photo.</p>
        )}
        <ol className="messages-list" ref={content}>
          {entries.map((entry, index) => (
            <Row key={entry.key} entry={entry} before={entries[index - 1]} personName={personName} actions={actions} />
          ))}
        </ol>
      </section>
      {!atBottom && (
        <button className="to-bottom" type="button" onClick={toBottom} aria-label="To the latest messages">
          <Icon name="down" />
          {unseen > 0 && <span>{unseen}</span>}
        </button>
      )}
    </div>
  );
}

interface RowProps {
  entry: Entry;
  before: Entry | undefined;
  personName: string;
  actions: BubbleActions;
}

const Row = memo(function Row({ entry, before, personName, actions }: RowProps) {
  const day = entry.at && dayName(entry.at);
  const newDay = day && day !== (before?.at && dayName(before.at));
  const gap = Date.parse(entry.at ?? "") - Date.parse(before?.at ?? "");
  const follows = before?.mine === entry.mine && !newDay && gap < TOGETHER_MS;
  return (
    <>
      {newDay && (
        <li className="day">
          <span>{day}</span>
        </li>
      )}
      <li className="message-row" data-mine={entry.mine} data-follows={follows}>
        <Bubble entry={entry} personName={personName} actions={actions} />
      </li>
    </>
  );
});
