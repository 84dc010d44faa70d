/** What is known of each conversation, for the list of people: the last message, and how many wait to be read. */
import { assetsOf, type MessageEntry, type State } from "mediadock";

export interface Overview {
  last: MessageEntry;
  mine: boolean;
  /** One line of it. */
  preview: string;
  unread: number;
}

const NAMES: Record<string, string> = { image: "Photo", video: "Video", audio: "Voice message", file: "Document" };

export function overviewsOf(state: State, myId: number): Map<number, Overview> {
  const overviews = new Map<number, Overview>();
  const messages = Object.values(state.messages).sort((a, b) => a.message_id - b.message_id);
  for (const message of messages) {
    const mine = message.sender_id === myId;
    const otherId = mine ? message.receiver_id : message.sender_id;
    const preview = previewOf(state, message, mine);
    if (otherId === null || !preview) continue;
    const waits = !mine && message.status === "sent" && message.seen_at === null;
    const unread = (overviews.get(otherId)?.unread ?? 0) + (waits ? 1 : 0);
    overviews.set(otherId, { last: message, mine, preview, unread });
  }
  return overviews;
}

function previewOf(state: State, message: MessageEntry, mine: boolean): string {
  const assets = assetsOf(state, message.message_id).filter(
    (asset) => asset.state !== "aborted" && (mine || asset.state !== "expired"),
  );
  const [first, ...more] = assets;
  if (message.text) return message.text;
  if (!first) return "";
  if (!mine && assets.some((asset) => asset.stage === "uploading")) return "Incoming…";
  if (!more.length) return first.kind === "file" ? first.file_name : (NAMES[first.kind] ?? first.file_name);
  return assets.every((asset) => asset.kind === first.kind) && first.kind === "image"
    ? `${assets.length} photos`
    : `${assets.length} files`;
}
