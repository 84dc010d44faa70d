/** Waiting that a signal can end. */
import { Stopped } from "../api/errors.js";
import { onAbort } from "./listeners.js";

export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

/** `promise`, or `Stopped` as soon as `signal` is aborted. */
export async function unlessStopped<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  let forget = () => {};
  const stopped = new Promise<never>((_, reject) => {
    forget = onAbort(signal, () => reject(new Stopped()));
  });
  return Promise.race([stopped, promise]).finally(forget);
}

/** Rejects with `Stopped` as soon as `signal` is aborted. */
export const sleep: Sleep = async (ms, signal) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slept = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await unlessStopped(slept, signal).finally(() => clearTimeout(timer));
};

/** Like `sleep`, but the browser's word that the network is back ends it early; never rejects. */
export async function sleepUntilOnline(ms: number, signal?: AbortSignal): Promise<void> {
  const wake = new AbortController();
  const online = () => wake.abort();
  const forget = onAbort(signal, online);
  globalThis.addEventListener?.("online", online);
  await sleep(ms, wake.signal).catch(() => {});
  globalThis.removeEventListener?.("online", online);
  forget();
}
