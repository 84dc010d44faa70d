/** The bubbles of one conversation: what the server knows, joined with what this tab is sending. Pure. */
import { assetsOf, type MessageEntry, type State } from "mediadock";
import { type Cell, cellsOf, type LocalUpload } from "mediadock/react";
import { isOf, type Letter } from "./letters";

export interface Entry {
  /** Stays the same from the press of Send to the last tick. */
  key: string;
  messageId: number | null;
  mine: boolean;
  text: string;
  at: string | null;
  status: "pending" | "sent";
  seenAt: string | null;
  cells: readonly Cell[];
  upload: LocalUpload | undefined;
  letter: Letter | undefined;
}

export interface Known {
  state: State;
  uploads: readonly LocalUpload[];
  letters: readonly Letter[];
  startedAt: (upload: LocalUpload) => string;
}

const GONE = new Set(["aborted", "expired"]);

/** A message is drawn again only when something of it has changed: what is the same stays the same object. */
export type Memory = Map<number, { from: readonly unknown[]; entry: Entry }>;

export function entriesOf(
  { state, uploads, letters, startedAt }: Known,
  myId: number,
  otherId: number,
  memory: Memory = new Map(),
): Entry[] {
  const byMessage = new Map(uploads.map((upload) => [upload.messageId, upload]));
  const messages = Object.values(state.messages)
    .filter((message) => isBetween(message, myId, otherId))
    .sort((a, b) => a.message_id - b.message_id);
  const claimed = claim(messages, letters, myId);
  const known = messages.map((message) => {
    const { message_id, sender_id, asset_ids } = message;
    const [upload, letter] = [byMessage.get(message_id), claimed.get(message_id)];
    const from = [message, upload, letter, ...asset_ids.map((id) => state.assets[id])];
    const before = memory.get(message_id);
    if (before && isSame(before.from, from)) return before.entry;
    const entry = entryOf(state, message, sender_id === myId, upload, letter);
    memory.set(message_id, { from, entry });
    return entry;
  });
  const settled = new Set(messages.map(({ message_id }) => message_id));
  const claimedLetters = new Set(claimed.values());
  const waiting: Entry[] = [
    ...uploads
      .filter(({ messageId, to }) => to === otherId && (messageId === null || !settled.has(messageId)))
      .map(
        (upload): Entry => ({
          ...begun(upload.id, upload.text, startedAt(upload)),
          messageId: upload.messageId,
          cells: cellsOf({ upload }),
          upload,
        }),
      ),
    ...letters
      .filter((letter) => letter.to === otherId && !claimedLetters.has(letter))
      .map((letter): Entry => ({ ...begun(letter.key, letter.text, letter.at), letter })),
  ].sort((a, b) => (a.at ?? "").localeCompare(b.at ?? ""));
  return [...known, ...waiting].filter(isShown);
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);

function isBetween({ sender_id, receiver_id }: MessageEntry, myId: number, otherId: number): boolean {
  if (sender_id === myId) return receiver_id === otherId;
  return sender_id === otherId && (receiver_id === myId || receiver_id === null);
}

function entryOf(
  state: State,
  message: MessageEntry,
  mine: boolean,
  upload: LocalUpload | undefined,
  letter: Letter | undefined,
): Entry {
  const { message_id: messageId, text, created_at, seen_at } = message;
  const cells = inOrder(cellsOf({ state, messageId, upload }));
  return {
    key: upload?.id ?? letter?.key ?? `message-${messageId}`,
    messageId,
    mine,
    text: text ?? upload?.text ?? "",
    at: created_at ?? assetsOf(state, messageId)[0]?.created_at ?? null,
    status: message.status === "sent" ? "sent" : "pending",
    seenAt: seen_at,
    // What its sender gave up is of no concern to the other side.
    cells: mine ? cells.map(renewable) : cells.filter(({ asset }) => !asset || !GONE.has(asset.state)),
    upload,
    letter,
  };
}

/** Files of a continued message that had arrived before stand where they were given: assets are numbered in that order. */
function inOrder(cells: Cell[]): Cell[] {
  if (cells.some(({ asset }) => !asset)) return cells;
  return cells.sort((a, b) => (a.asset?.asset_id ?? 0) - (b.asset?.asset_id ?? 0));
}

/** What was never finished can be uploaded again, once its file has been picked again. */
const renewable = (cell: Cell): Cell =>
  cell.error && cell.asset?.state === "expired"
    ? { ...cell, error: { ...cell.error, reason: "It was never finished. Upload it again?", retryable: true } }
    : cell;

/** A letter's event may come before the answer that says which message it became. */
function claim(messages: readonly MessageEntry[], letters: readonly Letter[], myId: number): Map<number, Letter> {
  const claimed = new Map<number, Letter>();
  for (const letter of letters) {
    const found = messages.find((message) => !claimed.has(message.message_id) && isOf(message, letter, myId));
    if (found) claimed.set(found.message_id, letter);
  }
  return claimed;
}

const begun = (key: string, text: string, at: string): Entry => ({
  key,
  messageId: null,
  mine: true,
  text,
  at,
  status: "pending",
  seenAt: null,
  cells: [],
  upload: undefined,
  letter: undefined,
});

const isShown = ({ text, cells, upload }: Entry): boolean => Boolean(text || cells.length || upload?.error);
