/** Tells the sender that their messages were seen: while the conversation is on the screen, once all files of one are there. */
import { WrongState } from "mediadock";
import { useClient } from "mediadock/react";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Entry } from "./entries";

const watch = (tell: () => void) => {
  document.addEventListener("visibilitychange", tell);
  return () => document.removeEventListener("visibilitychange", tell);
};

/** `looking`: the latest messages are in sight, not only older ones that somebody has scrolled up to. */
export function useSeen(entries: readonly Entry[], looking: boolean): void {
  const client = useClient();
  const visible = useSyncExternalStore(watch, () => document.visibilityState === "visible");
  const told = useRef(new Set<number>());
  const last = useRef(Promise.resolve());

  useEffect(() => {
    if (!visible || !looking) return;
    const tell = async (messageId: number) => {
      try {
        await client.seen(messageId);
        // The event of it goes to the sender only.
        const { seq } = client.store.getState();
        const data = { message_id: messageId, seen_at: new Date().toISOString() };
        client.store.dispatch({ type: "message_seen", seq, data });
      } catch (error) {
        // Too early is no error: its next event brings us here again. Nor is a broken connection.
        told.current.delete(messageId);
        if (!(error instanceof WrongState)) console.warn(error);
      }
    };
    for (const { messageId, mine, status, seenAt } of [...entries].reverse()) {
      if (mine || messageId === null || status !== "sent" || seenAt || told.current.has(messageId)) continue;
      told.current.add(messageId);
      last.current = last.current.then(() => tell(messageId)); // one after the other: there may be many
    }
  }, [client, entries, visible, looking]);
}
