/** Tells the sender that their messages were seen: while the conversation is on the screen, once all files of one are there. */
import { WrongState } from "mediadock";
import { useClient } from "mediadock/react";
import { useEffect, useRef, useSyncExternalStore } from "react";
import type { Entry } from "./entries";

const watch = (tell: () => void) => {
  document.addEventListener("visibilitychange", tell);
  return () => document.removeEventListener("visibilitychange", tell);
};

export function useSeen(entries: readonly Entry[]): void {
  const client = useClient();
  const visible = useSyncExternalStore(watch, () => document.visibilityState === "visible");
  const told = useRef(new Set<number>());

  useEffect(() => {
    if (!visible) return;
    for (const { messageId, mine, status, seenAt } of entries) {
      if (mine || messageId === null || status !== "sent" || seenAt || told.current.has(messageId)) continue;
      told.current.add(messageId);
      client.seen(messageId).then(
        () => {
          // The event of it goes to the sender only.
          const { seq } = client.store.getState();
          const data = { message_id: messageId, seen_at: new Date().toISOString() };
          client.store.dispatch({ type: "message_seen", seq, data });
        },
        (error: unknown) => {
          // Too early is no error: its next event brings us here again. Nor is a broken connection.
          told.current.delete(messageId);
          if (!(error instanceof WrongState)) console.warn(error);
        },
      );
    }
  }, [client, entries, visible]);
}
