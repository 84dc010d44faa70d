/**
 * Goes on with what was begun, so that only what is missing is sent. Loaded when there is an unfinished upload at all, and given
 * what it needs, so that it stays a file of its own.
 */
import type { Message } from "../api/values.js";
import type { Match } from "./resume.js";
import type { Session } from "./session.js";
import type { Begun, SameFile, Surface } from "./surface.js";

const LOOK_BACK_PAGES = 3;

export interface Looking {
  text: string;
  files: readonly File[];
  /** Unfinished assets that may be gone on with. */
  waiting: ReadonlySet<number>;
  hasArrived: (state: string) => boolean;
  messages: (cursor: string | null) => Promise<{ items: Message[]; next: string | null }>;
  stored: Surface["stored"];
  sameFile: SameFile;
}

/** The newest message that says the same, and whose files are the ones that were begun. */
export async function findBegun(looking: Looking): Promise<Begun | undefined> {
  let cursor: string | null = null;
  for (let page = 0; page < LOOK_BACK_PAGES; page++) {
    const { items, next } = await looking.messages(cursor);
    for (const message of items) {
      const begun = saysTheSame(message, looking) && (await goOn(message, looking));
      if (begun) return begun;
    }
    if (!next) break;
    cursor = next;
  }
  return undefined;
}

/** To the same person, the same text, the same files by name and size, and it still waits for some of them. */
export function saysTheSame(
  message: Message,
  { text, files, waiting, hasArrived }: Omit<Looking, "sameFile">,
): boolean {
  const assets = message.attachments;
  return (
    message.text === text &&
    assets.length === files.length &&
    assets.every(({ file_name, size }, index) => file_name === files[index]?.name && size === files[index]?.size) &&
    assets.every(({ asset_id, state }) => waiting.has(asset_id) || hasArrived(state)) &&
    assets.some(({ asset_id }) => waiting.has(asset_id))
  );
}

async function goOn(message: Message, { files, hasArrived, stored, sameFile }: Looking): Promise<Begun | undefined> {
  const sessions: (Session | null)[] = [];
  for (const [index, { asset_id, state }] of message.attachments.entries()) {
    const session = hasArrived(state) ? null : await stored(asset_id);
    if (session && !(await sameFile(asset_id, files[index] as File, session))) return undefined;
    sessions.push(session);
  }
  const assetIds = message.attachments.map((asset) => asset.asset_id);
  return { messageId: message.message_id, assetIds, sessions, resumed: true };
}

/** The uploads that files were picked for again; `refuse` makes the error for a file that is another one. */
export async function goOnWith(
  matches: readonly Match[],
  stored: Surface["stored"],
  sameFile: SameFile,
  refuse: (name: string) => Error,
): Promise<Begun> {
  const look = async ({ upload: { asset_id }, file }: Match) => {
    const session = await stored(asset_id);
    if (!(await sameFile(asset_id, file, session))) throw refuse(file.name);
    return session;
  };
  const sessions = await Promise.all(matches.map(look));
  const assetIds = matches.map(({ upload }) => upload.asset_id);
  return { messageId: matches[0]?.upload.message_id ?? null, assetIds, sessions, resumed: true };
}
