/** Waits out a tunnel: when the server cannot be reached at all, uploads pause until it can, and then go on. */
import { Unreachable } from "../api/errors.js";
import { createListeners } from "./listeners.js";
import type { Persist } from "./retry.js";
import { sleepUntilOnline, unlessStopped } from "./sleep.js";

const LONGEST_PAUSE_S = 15;

export interface ConnectionOptions {
  /** Resolves when the server answers anything at all. */
  probe: () => Promise<unknown>;
  /** How long an outage is waited out before its error is passed on. */
  patienceS: number;
  firstPauseS?: number;
}

export interface Connection {
  /** Whether the server is known to be out of reach just now. */
  readonly lost: boolean;
  /** When the server was back after having been out of reach, by `performance.now()`; 0: it always was there. */
  readonly back: number;
  /** Calls `listener` when `lost` changes; returns what undoes it. */
  onChange(listener: () => void): () => void;
  /** Adds patience to `persist`. An error while the server can be reached is not ours to wait for: it is passed on. */
  through(persist: Persist): Persist;
}

export function createConnection({ probe, patienceS, firstPauseS = 1 }: ConnectionOptions): Connection {
  const changed = createListeners();
  let away: Promise<boolean> | undefined;
  let back = 0;

  const reached = async () => {
    if (globalThis.navigator?.onLine === false) return false;
    return probe().then(
      () => true,
      () => false,
    );
  };
  const outage = async () => {
    const end = Date.now() + patienceS * 1000;
    for (let pauseS = firstPauseS; Date.now() < end; pauseS = Math.min(2 * pauseS, LONGEST_PAUSE_S)) {
      await sleepUntilOnline(1000 * pauseS * (0.5 + Math.random() / 2));
      if (!(await reached())) continue;
      back = performance.now();
      return true;
    }
    return false;
  };
  /** True when there was an outage and it is over; false when there was none, or it outlasts our patience. */
  const waited = async (signal?: AbortSignal) => {
    if (!away && (await reached())) return false;
    if (!away) {
      away = outage().finally(() => {
        away = undefined;
        changed.tell();
      });
      changed.tell();
    }
    return unlessStopped(away, signal);
  };

  return {
    get lost() {
      return away !== undefined;
    },
    get back() {
      return back;
    },
    onChange: changed.add,
    through: (persist) => async (call, signal) => {
      for (;;) {
        try {
          return await persist(call, signal);
        } catch (error) {
          if (!(error instanceof Unreachable) || signal?.aborted || !(await waited(signal))) throw error;
        }
      }
    },
  };
}
