/** The user's events by polling, and the rule that keeps them in order: each seq once, none left out. */
import { getEvents } from "../api/calls.js";
import type { Api } from "../api/http.js";
import type { EventFrame } from "../api/values.js";

const PAGE = 200;

export interface Cursor {
  /** The last seq that was handed on. Frames that carry no seq pass through and move nothing. */
  readonly after: number;
  /** Tells every event after the cursor that the server has by now, in order. */
  poll(signal: AbortSignal): Promise<void>;
  /** Tells this frame if it is new, after those before it that were missed. */
  accept(frame: EventFrame, signal: AbortSignal): Promise<void>;
}

export function createCursor(api: Api, begin: number, tell: (frame: EventFrame) => void): Cursor {
  let after = begin;
  const next = (frame: EventFrame) => {
    if (frame.seq !== null) {
      if (frame.seq <= after) return;
      after = frame.seq;
    }
    tell(frame);
  };
  const poll = async (signal: AbortSignal) => {
    for (let more = true; more; ) {
      const { items, last_seq } = await getEvents(api, after, PAGE, signal);
      for (const frame of items) next(frame);
      more = items.length > 0 && after < last_seq;
    }
  };
  return {
    get after() {
      return after;
    },
    poll,
    accept: async (frame, signal) => {
      if (frame.seq !== null && frame.seq > after + 1) await poll(signal);
      next(frame);
    },
  };
}

/** The seq of the user's latest event; 0 when there is none yet. */
export const latestSeq = async (api: Api, signal?: AbortSignal): Promise<number> =>
  (await getEvents(api, 0, 1, signal)).last_seq;
