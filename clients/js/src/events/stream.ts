/** The user's events as they happen: by WebSocket, reconnecting with what was missed; by polling while no socket can be had. */
import { asClientError, ClientError } from "../api/errors.js";
import type { Api } from "../api/http.js";
import type { EventFrame } from "../api/values.js";
import { createListeners } from "../network/listeners.js";
import { delayS, type RetryPolicy } from "../network/retry.js";
import { sleepUntilOnline } from "../network/sleep.js";
import { type Cursor, createCursor, latestSeq } from "./polling.js";
import { isFinal, TOO_MANY, talk } from "./socket.js";

export type StreamStatus = "idle" | "connecting" | "open" | "polling" | "stopped";

export interface EventStream {
  readonly status: StreamStatus;
  /** The last seq that was told; null until the place to begin is known. */
  readonly after: number | null;
  /** Why it is `stopped`: the server does not want this caller. A new subscriber makes it try again. */
  readonly error: ClientError | null;
  /** Begins with the first subscriber, ends with the last. Returns what unsubscribes. */
  subscribe(listener: (frame: EventFrame) => void): () => void;
  onStatus(listener: () => void): () => void;
}

export interface StreamOptions {
  /** Where to begin; without it, with what is new. */
  after?: number;
  reconnect?: Partial<RetryPolicy>;
  pollEveryS?: number;
}

const RECONNECT: RetryPolicy = { tries: Infinity, firstDelayS: 0.5, longestDelayS: 15, longestRetryAfterS: Infinity };
const POLL_AFTER_FAILURES = 2; // a lost socket is usually back at once; one that fails twice may not be there at all
const POLL_EVERY_S = 2;
const STOOD_MS = 10_000; // a socket that stood so long was a good one: its loss does not count with the failures before it
const TOO_MANY_PAUSE_S = 60;

export function createEventStream(api: Api, options: StreamOptions = {}): EventStream {
  const listeners = createListeners<EventFrame>();
  const watchers = createListeners();
  const policy = { ...RECONNECT, ...options.reconnect };
  const pollEveryMs = 1000 * (options.pollEveryS ?? POLL_EVERY_S);
  let cursor: Cursor | undefined;
  let running: AbortController | undefined;
  let status: StreamStatus = "idle";
  let error: ClientError | null = null;

  const become = (next: StreamStatus) => {
    if (next === status) return;
    status = next;
    watchers.tell();
  };

  const run = async (signal: AbortSignal) => {
    let socketsWork = true;
    for (let failures = 0; !signal.aborted; ) {
      const began = Date.now();
      let code = 1006;
      try {
        cursor ??= createCursor(api, options.after ?? (await latestSeq(api, signal)), listeners.tell);
        if (socketsWork) code = await converse(cursor, signal);
        if (!code || isFinal(code)) socketsWork = false;
      } catch (thrown) {
        passOn(thrown);
      }
      failures = Date.now() - began > STOOD_MS ? 1 : failures + 1;
      const pauseS = code === TOO_MANY ? TOO_MANY_PAUSE_S : delayS(policy, failures, null, 0.5 + Math.random() / 2);
      const next = Date.now() + 1000 * pauseS;
      do {
        if (cursor && (!socketsWork || failures >= POLL_AFTER_FAILURES)) await poll(cursor, signal);
        else become("connecting");
        const leftMs = socketsWork ? Math.min(pollEveryMs, next - Date.now()) : pollEveryMs;
        await sleepUntilOnline(Math.max(0, leftMs), signal);
      } while (!signal.aborted && (!socketsWork || Date.now() < next));
    }
  };

  /** Frames are taken in one after the other: filling a gap takes a request. */
  const converse = async (from: Cursor, signal: AbortSignal): Promise<number> => {
    const broken = new AbortController();
    let taking = Promise.resolve();
    let failure: unknown;
    const code = await talk(
      api,
      from.after,
      {
        onOpen: () => become("open"),
        onFrame: (frame) => {
          taking = taking
            .then(() => from.accept(frame, signal))
            .catch((thrown) => {
              failure ??= thrown;
              broken.abort(); // what follows would only find the same gap: begin again from the cursor
            });
        },
      },
      AbortSignal.any([signal, broken.signal]),
    );
    await taking;
    if (failure) throw failure;
    return code;
  };

  const poll = async (from: Cursor, signal: AbortSignal) => {
    try {
      await from.poll(signal);
      become("polling");
    } catch (thrown) {
      passOn(thrown);
      become("connecting");
    }
  };

  const start = () => {
    const controller = new AbortController();
    running = controller;
    error = null;
    become("connecting");
    run(controller.signal).catch((thrown: unknown) => {
      if (controller.signal.aborted) return;
      running = undefined;
      error = asClientError(thrown);
      become("stopped");
    });
  };

  return {
    get status() {
      return status;
    },
    get after() {
      return cursor?.after ?? null;
    },
    get error() {
      return error;
    },
    subscribe: (listener) => {
      const remove = listeners.add(listener);
      if (!running) start();
      return () => {
        remove();
        if (listeners.size) return;
        running?.abort();
        running = undefined;
        become("idle");
      };
    },
    onStatus: watchers.add,
  };
}

function passOn(thrown: unknown): void {
  if (!(thrown instanceof ClientError && thrown.transient)) throw thrown;
}
