/**
 * One budget of connections for all parts of all files. It adapts as TCP does: halved when the network suffers, one more
 * after as many successes as there are connections. Smaller files go first, because they are soon done.
 */
import { Stopped } from "../api/errors.js";
import { onAbort } from "./listeners.js";

export interface Budget {
  /** Connections at a time, just now. */
  readonly limit: number;
  /**
   * Runs `job` when there is room; waiters with a smaller `weight` first, equal ones in order. The job calls `suffer` for
   * every failure of the network; failures of jobs that began before the last cut do not cut again.
   */
  run<T>(weight: number, signal: AbortSignal, job: (suffer: () => void) => Promise<T>): Promise<T>;
}

interface Waiter {
  weight: number;
  start: () => void;
}

/** `most` connections at a time when all is well. */
export function createBudget(most: number): Budget {
  const waiting: Waiter[] = [];
  let limit = most;
  let running = 0;
  let successes = 0;
  let cuts = 0;

  const next = () => {
    while (running < limit && waiting.length) waiting.shift()?.start();
  };
  const room = (weight: number, signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(new Stopped());
      const start = () => {
        forget();
        running++;
        resolve();
      };
      const waiter: Waiter = { weight, start };
      const forget = onAbort(signal, () => {
        waiting.splice(waiting.indexOf(waiter), 1);
        reject(new Stopped());
      });
      const before = waiting.findIndex((other) => other.weight > weight);
      waiting.splice(before < 0 ? waiting.length : before, 0, waiter);
      next();
    });

  return {
    get limit() {
      return limit;
    },
    run: async (weight, signal, job) => {
      await room(weight, signal);
      let seen = cuts;
      const suffer = () => {
        if (seen === cuts) {
          limit = Math.max(1, Math.floor(limit / 2));
          successes = 0;
          cuts++;
        }
        seen = cuts;
      };
      try {
        const result = await job(suffer);
        if (++successes >= limit && limit < most) {
          limit++;
          successes = 0;
        }
        return result;
      } finally {
        running--;
        next();
      }
    },
  };
}
