/** What this tab is sending: texts of its own accord, files by the bindings. Both have bubbles before the server knows of them. */

import type { DirectUpload, LocalUpload } from "mediadock/react";
import { useClient, useDirectUpload } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";

export interface Letter {
  key: string;
  to: number;
  text: string;
  at: string;
  /** No message up to this one can be this letter. */
  afterId: number;
  messageId: number | null;
  problem: string | null;
}

export interface Outbox extends DirectUpload {
  letters: readonly Letter[];
  sendText(to: number, text: string): void;
  sendFiles(to: number, text: string, files: readonly File[]): void;
  retryText(letter: Letter): void;
  discardText(letter: Letter): void;
  /** Begins again what could not be begun at all. */
  retryUpload(upload: LocalUpload): void;
  startedAt(upload: LocalUpload): string;
  /** What was being written to each person, so that looking elsewhere loses nothing. */
  drafts: Map<number, string>;
}

let lettersWritten = 0;
const loaded = new Date().toISOString();

export function useOutbox(myId: number): Outbox {
  const client = useClient();
  const direct = useDirectUpload();
  const [letters, setLetters] = useState<readonly Letter[]>([]);
  const times = useRef(new Map<string, string>());
  const introduced = useRef(new Set<number>());
  const drafts = useRef(new Map<number, string>());

  const change = useCallback(
    (key: string, to: Partial<Letter>) =>
      setLetters((all) => all.map((letter) => (letter.key === key ? { ...letter, ...to } : letter))),
    [],
  );

  const post = useCallback(
    async (letter: Letter) => {
      try {
        const message = await client.sendText(letter.to, letter.text);
        client.store.add([message], client.store.getState().seq);
        change(letter.key, { messageId: message.message_id });
      } catch (error) {
        change(letter.key, { problem: (error as Error).message });
      }
    },
    [client, change],
  );

  const sendText = (to: number, text: string) => {
    const known = Object.keys(client.store.getState().messages).map(Number);
    const key = `letter-${++lettersWritten}`;
    const at = new Date().toISOString();
    const letter = { key, to, text, at, afterId: Math.max(0, ...known), messageId: null, problem: null };
    setLetters((all) => [...all, letter]);
    void post(letter);
  };

  const sendFiles = (to: number, text: string, files: readonly File[]) => {
    const upload = direct.start(files, { to, text });
    times.current.set(upload.id, new Date().toISOString());
  };

  // Events of files tell neither text nor receiver: what is sent from here is known here.
  useEffect(() => {
    for (const { id, messageId, to, text } of direct.uploads) {
      if (messageId === null || typeof to !== "number" || !times.current.has(id) || introduced.current.has(messageId))
        continue;
      introduced.current.add(messageId);
      const { seq } = client.store.getState();
      const told = { message_id: messageId, sender_id: myId, receiver_id: to, text, created_at: times.current.get(id) };
      client.store.dispatch({ type: "chat_message_update", seq, data: told });
    }
  }, [client, direct.uploads, myId]);

  const startedAt = useCallback(({ id }: LocalUpload) => times.current.get(id) ?? loaded, []);

  return {
    ...direct,
    letters,
    sendText,
    sendFiles,
    retryText: (letter) => {
      change(letter.key, { problem: null });
      void post(letter);
    },
    discardText: ({ key }) => setLetters((all) => all.filter((letter) => letter.key !== key)),
    retryUpload: (upload) => {
      direct.dismiss(upload.id);
      if (typeof upload.to !== "number") return;
      sendFiles(
        upload.to,
        upload.text,
        upload.files.map(({ file }) => file),
      );
    },
    startedAt,
    drafts: drafts.current,
  };
}
