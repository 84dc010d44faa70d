/** Messages of text only, from the press of Send until the server has them. */
import { type MessageEntry, Unreachable } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";

const LOOK_EVERY_MS = 5000;
const LATEST = 20;
let lettersWritten = 0;

export interface Letter {
  key: string;
  to: number;
  text: string;
  at: string;
  /** No message up to this one can be this letter. */
  afterId: number;
  messageId: number | null;
  /** The server cannot be reached: it goes by itself when it can. */
  waits: boolean;
  problem: string | null;
}

export interface Letters {
  letters: readonly Letter[];
  sendText(to: number, text: string): void;
  retryText(letter: Letter): void;
  discardText(letter: Letter): void;
}

export function useLetters(myId: number): Letters {
  const client = useClient();
  const [letters, setLetters] = useState<readonly Letter[]>([]);
  const posting = useRef(new Set<string>());
  const last = useRef(Promise.resolve());
  const stuck = useRef(new Set<string>()); // those that wait, oldest first
  const taken = useRef(new Set<number>()); // messages that are a letter's already: the same may be said twice

  const change = useCallback(
    (key: string, to: Partial<Letter>) =>
      setLetters((all) => all.map((letter) => (letter.key === key ? { ...letter, ...to } : letter))),
    [],
  );

  const deliver = useCallback(
    async (letter: Letter) => {
      const [oldest = letter.key] = stuck.current;
      if (oldest !== letter.key) {
        stuck.current.add(letter.key);
        return change(letter.key, { waits: true });
      }
      try {
        // Only the answer may have been lost: then the letter is among the messages by now.
        if (letter.waits) await client.messages(letter.to, null, LATEST);
        const known = letter.waits ? Object.values(client.store.getState().messages) : [];
        const found = known.find((message) => !taken.current.has(message.message_id) && isOf(message, letter, myId));
        const message = found ?? (await client.sendText(letter.to, letter.text));
        taken.current.add(message.message_id);
        if ("attachments" in message) client.store.add([message], client.store.getState().seq);
        stuck.current.delete(letter.key);
        change(letter.key, { messageId: message.message_id, waits: false });
      } catch (error) {
        const waits = error instanceof Unreachable;
        stuck.current[waits ? "add" : "delete"](letter.key);
        change(letter.key, waits ? { waits } : { waits, problem: (error as Error).message });
      }
    },
    [client, change, myId],
  );

  /** One after the other: what was written first stands first, and none overtakes one that waits. */
  const post = useCallback(
    (letter: Letter) => {
      if (posting.current.has(letter.key)) return;
      posting.current.add(letter.key);
      last.current = last.current.then(() => deliver(letter)).finally(() => posting.current.delete(letter.key));
    },
    [deliver],
  );

  const sendText = (to: number, text: string) => {
    const known = Object.keys(client.store.getState().messages).map(Number);
    const key = `letter-${++lettersWritten}`;
    const at = new Date().toISOString();
    const letter = { key, to, text, at, afterId: Math.max(0, ...known), messageId: null, waits: false, problem: null };
    setLetters((all) => [...all, letter]);
    post(letter);
  };

  useEffect(() => {
    const waiting = letters.filter(({ waits }) => waits);
    if (!waiting.length) return;
    const again = () => {
      for (const letter of waiting) post(letter);
    };
    const timer = setInterval(again, LOOK_EVERY_MS);
    window.addEventListener("online", again);
    return () => {
      clearInterval(timer);
      window.removeEventListener("online", again);
    };
  }, [letters, post]);

  return {
    letters,
    sendText,
    retryText: (letter) => {
      change(letter.key, { problem: null });
      post(letter);
    },
    discardText: ({ key }) => {
      stuck.current.delete(key);
      setLetters((all) => all.filter((letter) => letter.key !== key));
    },
  };
}

/** Whether a message is what became of a letter. */
export const isOf = (message: MessageEntry, { messageId, to, text, afterId }: Letter, myId: number): boolean =>
  messageId !== null
    ? message.message_id === messageId
    : message.message_id > afterId &&
      message.sender_id === myId &&
      message.receiver_id === to &&
      message.text === text &&
      !message.asset_ids.length;
