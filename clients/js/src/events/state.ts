/** What is known of messages and assets, as plain values. */
import type { Asset } from "../api/values.js";

/** `seq` is that of the last fact; `live` the furthest progress told since, in percent. `asset` is null before its first fact. */
export interface AssetEntry {
  readonly seq: number;
  readonly live: number;
  readonly asset: Asset | null;
}

/**
 * A message as far as events and lists have told of it, spelled as on the wire. Events of assets carry neither its text nor its
 * receiver: null until a list or its own event has told them. `seq` is that of the event that told its `status`.
 */
export interface MessageEntry {
  readonly message_id: number;
  readonly seq: number;
  readonly status: string;
  readonly asset_ids: readonly number[];
  readonly sender_id: number | null;
  readonly receiver_id: number | null;
  readonly text: string | null;
  readonly created_at: string | null;
  readonly seen_at: string | null;
}

export interface State {
  /** The highest seq that has been applied. */
  readonly seq: number;
  readonly assets: Readonly<Record<number, AssetEntry>>;
  readonly messages: Readonly<Record<number, MessageEntry>>;
}

export const EMPTY_STATE: State = { seq: 0, assets: {}, messages: {} };

const SETTLED = new Set(["done", "failed", "deleted"]);

/** Whether nothing more happens to an asset of this stage by itself. */
export const isSettled = (stage: string): boolean => SETTLED.has(stage);

/** The assets of a message, in the order they were given; those that were deleted are gone. */
export function assetsOf(state: State, messageId: number): Asset[] {
  return (state.messages[messageId]?.asset_ids ?? []).flatMap((id) => state.assets[id]?.asset ?? []);
}
