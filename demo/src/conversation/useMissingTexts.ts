/** Events of files tell neither text nor receiver of their message: asks for the conversations that lack one. */
import type { State } from "mediadock";
import { useClient } from "mediadock/react";
import { useEffect, useMemo } from "react";

const SOON_MS = 60; // an album's events come together: one question for all of them
const LATEST = 20;

/** `sending`: an upload from here has not heard yet which message it is, so that a message of one's own may be that. */
export function useMissingTexts(state: State, myId: number, openId: number | null, sending: boolean): void {
  const client = useClient();
  const wanted = useMemo(() => {
    const people = new Set<number>();
    for (const { sender_id, receiver_id, text } of Object.values(state.messages)) {
      if (sender_id !== null && sender_id !== myId && text === null) people.add(sender_id);
      if (sender_id === myId && receiver_id === null && openId !== null && !sending) people.add(openId);
    }
    return [...people].sort().join();
  }, [state.messages, myId, openId, sending]);

  useEffect(() => {
    if (!wanted) return;
    const ask = () => {
      for (const id of wanted.split(",")) client.messages(Number(id), null, LATEST).catch(() => {});
    };
    const timer = setTimeout(ask, SOON_MS);
    return () => clearTimeout(timer);
  }, [client, wanted]);
}
