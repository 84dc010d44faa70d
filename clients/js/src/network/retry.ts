/** When to try again, and how long to wait before it: exponential backoff with full jitter. */
import { ClientError } from "../api/errors.js";
import type { Sleep } from "./sleep.js";

export interface RetryPolicy {
  /** Tries of one request. */
  tries: number;
  /** The wait after the first failure is between nothing and this; it doubles with each further one. */
  firstDelayS: number;
  longestDelayS: number;
  /** A server that asks for a longer wait gets its error passed on at once: the caller decides. */
  longestRetryAfterS: number;
}

export const DEFAULT_POLICY: RetryPolicy = { tries: 3, firstDelayS: 1, longestDelayS: 20, longestRetryAfterS: 30 };

/** How a call is seen through: `brief` gives up after a few tries, `Connection.through` also waits for the network. */
export type Persist = <T>(call: () => Promise<T>, signal?: AbortSignal) => Promise<T>;

/** Seconds before the next try; `chance` in 0..1 spreads clients over the whole of it, a server's wish is the least. */
export function delayS(policy: RetryPolicy, failures: number, retryAfterS: number | null, chance: number): number {
  const whole = Math.min(policy.longestDelayS, policy.firstDelayS * 2 ** (failures - 1));
  return Math.max(chance * whole, retryAfterS ?? 0);
}

export function givesUp(policy: RetryPolicy, failures: number, error: ClientError): boolean {
  return !error.transient || failures >= policy.tries || (error.retryAfterS ?? 0) > policy.longestRetryAfterS;
}

/** `onFailure` hears of every transient failure, also of the last. */
export function brief(policy: RetryPolicy, sleep: Sleep, onFailure?: () => void): Persist {
  return async (call, signal) => {
    for (let failures = 1; ; failures++) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof ClientError) || signal?.aborted) throw error;
        if (error.transient) onFailure?.();
        if (givesUp(policy, failures, error)) throw error;
        await sleep(1000 * delayS(policy, failures, error.retryAfterS, Math.random()), signal);
      }
    }
  };
}
