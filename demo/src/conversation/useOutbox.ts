/** What this tab is sending: texts of its own accord, files by the bindings. Both have bubbles before the server knows of them. */

import type { DirectUpload, LocalUpload } from "mediadock/react";
import { useClient, useDirectUpload } from "mediadock/react";
import { useCallback, useEffect, useRef } from "react";
import { type Letters, useLetters } from "./letters";

export interface Outbox extends DirectUpload, Letters {
  sendFiles(to: number, text: string, files: readonly File[]): void;
  /** Begins again what could not be begun at all. */
  retryUpload(upload: LocalUpload): void;
  startedAt(upload: LocalUpload): string;
  /** What was being written to each person, so that looking elsewhere loses nothing. */
  drafts: Map<number, string>;
}

const loaded = new Date().toISOString();

export function useOutbox(myId: number): Outbox {
  const client = useClient();
  const direct = useDirectUpload();
  const post = useLetters(myId);
  const times = useRef(new Map<string, string>());
  const introduced = useRef(new Set<number>());
  const drafts = useRef(new Map<number, string>());

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
    ...post,
    sendFiles,
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
