/**
 * What happened, taken into what is known: pure, and indifferent to the order and the repetition of events.
 *
 * Facts (frames with a seq) carry the whole asset, so of one asset the highest seq wins. Progress (seq null) only ever raises the
 * percentage of an asset that is not settled: it never changes a stage. A frame does not say which attempt it belongs to, so one
 * that was held up past a retry may show the percentage of the attempt before, until the next fact.
 */
import type { Asset, EventFrame, Message } from "../api/values.js";
import { type AssetEntry, isSettled, type MessageEntry, type State } from "./state.js";

type Data = Record<string, unknown>;

const UNKNOWN = { sender_id: null, receiver_id: null, text: null, created_at: null, seen_at: null };
const NOTHING = { seq: 0, status: "pending", asset_ids: [], ...UNKNOWN };

export function reduce(state: State, { seq, data }: EventFrame): State {
  const assetId = number(data.asset_id);
  if (seq === null) {
    const percent = number(data.progress);
    return assetId === null || percent === null ? state : withProgress(state, assetId, percent);
  }
  const messageId = number(data.message_id);
  const later = seq > state.seq ? { ...state, seq } : state;
  const withFact = assetId === null ? later : withAsset(later, data as unknown as Asset, seq);
  return messageId === null ? withFact : withMessage(withFact, messageId, assetId, data, seq);
}

/**
 * Messages read from the API: `seq` is the `last_seq` that was read before them. What they tell beyond it comes again as events,
 * and may for a moment go back to a stage between.
 */
export function reduceMessages(state: State, messages: readonly Message[], seq: number): State {
  const facts = messages.flatMap(({ attachments, ...message }) => [
    { ...message, message_status: message.status },
    ...attachments,
  ]);
  return facts.reduce((known, fact) => reduce(known, { type: "", seq, data: { ...fact } }), state);
}

function withAsset(state: State, asset: Asset, seq: number): State {
  const known = state.assets[asset.asset_id];
  if (known?.asset && seq < known.seq) return state;
  const live = isSettled(asset.stage) ? 0 : (known?.live ?? 0);
  return put(state, asset.asset_id, { seq, live, asset: shown(asset, live) });
}

function withProgress(state: State, assetId: number, percent: number): State {
  const known = state.assets[assetId] ?? { seq: 0, live: 0, asset: null };
  if (percent <= known.live || (known.asset && isSettled(known.asset.stage))) return state;
  return put(state, assetId, { ...known, live: percent, asset: known.asset && shown(known.asset, percent) });
}

/** Progress is that of processing: an asset whose bytes are still on their way has none. */
function shown(asset: Asset, live: number): Asset {
  return asset.stage !== "uploading" && live > asset.progress ? { ...asset, progress: live } : asset;
}

/** What a message is told to be does not change, but for its status, which the latest event knows, and its assets. */
function withMessage(state: State, id: number, assetId: number | null, data: Data, seq: number): State {
  const known: MessageEntry = state.messages[id] ?? { ...NOTHING, message_id: id };
  const { sender_id = data.owner_id, receiver_id, text, seen_at, message_status } = data;
  const created_at = assetId === null ? data.created_at : null;
  const told: Data = { ...known };
  for (const [name, value] of Object.entries({ sender_id, receiver_id, text, seen_at, created_at }))
    told[name] ??= value ?? null;
  if (seq >= known.seq && message_status) {
    told.seq = seq;
    told.status = message_status;
  }
  if (assetId !== null) told.asset_ids = withId(known.asset_ids, assetId, state.assets[assetId]?.asset?.stage);
  return { ...state, messages: { ...state.messages, [id]: told as unknown as MessageEntry } };
}

/** Assets of one message are numbered in the order they were given. */
function withId(ids: readonly number[], id: number, stage: string | undefined): readonly number[] {
  if (stage === "deleted") return ids.filter((each) => each !== id);
  return ids.includes(id) ? ids : [...ids, id].sort((a, b) => a - b);
}

const put = (state: State, id: number, entry: AssetEntry): State => ({
  ...state,
  assets: { ...state.assets, [id]: entry },
});
const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
