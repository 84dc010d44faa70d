/** Assets on their way from arrived to ready, as the events tell. */
import { asClientError, type ClientError } from "../api/errors.js";
import type { Asset } from "../api/values.js";
import { reduce } from "../events/reducer.js";
import { EMPTY_STATE, isSettled } from "../events/state.js";
import type { EventStream } from "../events/stream.js";

export interface Follower {
  /**
   * The asset when it is ready, failed or deleted; `onChange` hears of every step. Call it once its bytes have arrived. `ask`: it
   * may have gone on before this follower began to listen, so the server is asked once.
   */
  settled(assetId: number, onChange: (asset: Asset) => void, ask: boolean): Promise<Asset>;
  leave(): void;
}

interface Waiter {
  resolve: (asset: Asset) => void;
  reject: (error: ClientError) => void;
  onChange: (asset: Asset) => void;
}

/** Listens from its making to `leave`, so that nothing is missed while the bytes are on their way. */
export function createFollower(stream: EventStream, getAsset: (assetId: number) => Promise<Asset>): Follower {
  const waiting = new Map<number, Waiter>();
  const unknown = new Set<number>(); // to be asked for as soon as the stream knows where it begins
  let state = EMPTY_STATE;

  const look = (assetId: number) => {
    const asset = state.assets[assetId]?.asset;
    const waiter = waiting.get(assetId);
    if (!asset || !waiter || asset.stage === "uploading") return;
    waiter.onChange(asset);
    if (!isSettled(asset.stage)) return;
    waiting.delete(assetId);
    waiter.resolve(asset);
  };
  const fail = (assetId: number, error: unknown) => {
    waiting.get(assetId)?.reject(asClientError(error));
    waiting.delete(assetId);
  };
  const ask = async (assetId: number, seq: number) => {
    try {
      state = reduce(state, { type: "", seq, data: { ...(await getAsset(assetId)) } });
      look(assetId);
    } catch (error) {
      fail(assetId, error);
    }
  };
  const check = () => {
    if (stream.error) for (const assetId of [...waiting.keys()]) fail(assetId, stream.error);
    if (stream.after === null) return;
    for (const assetId of unknown) void ask(assetId, stream.after);
    unknown.clear();
  };

  const unsubscribe = stream.subscribe((frame) => {
    state = reduce(state, frame);
    if (typeof frame.data.asset_id === "number") look(frame.data.asset_id);
  });
  const unwatch = stream.onStatus(check);
  return {
    settled: (assetId, onChange, mustAsk) => {
      const settled = new Promise<Asset>((resolve, reject) => waiting.set(assetId, { resolve, reject, onChange }));
      if (mustAsk || stream.after === null) unknown.add(assetId);
      look(assetId);
      check();
      return settled;
    },
    leave: () => {
      unsubscribe();
      unwatch();
    },
  };
}
