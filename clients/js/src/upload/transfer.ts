/** What the transfers of one upload have in common: one PUT with retries, pauses and fresh URLs. */
import { StoreRefused, Unreachable } from "../api/errors.js";
import type { Budget } from "../network/budget.js";
import type { Connection } from "../network/connection.js";
import { put, type Transport } from "../network/put.js";
import { brief, type RetryPolicy } from "../network/retry.js";
import { sleep } from "../network/sleep.js";
import type { Patience } from "../network/stall.js";
import type { Gate } from "./gate.js";
import type { Surface } from "./surface.js";

const MAX_FRESH_URLS = 4; // a URL that is refused when it is fresh, four times over, is refused for another reason than age

/** What every transfer of one upload shares. */
export interface Route {
  surface: Surface;
  transport: Transport;
  budget: Budget;
  connection: Connection;
  /** When the upload did, by `performance.now()`: outages before it are no concern of its. */
  began: number;
  policy: RetryPolicy;
  patience: Patience;
  gate: Gate;
  urlsPerPage: number;
}

/** One file on its way. `onSent` hears how far a part is; part 0 is the whole file. */
export interface Transfer {
  file: File;
  signal: AbortSignal;
  onSent: (part: number, sizeBytes: number, sentBytes: number, stored?: boolean) => void;
}

export interface Sending {
  /** Asked for when the turn has come: an address that is taken early is old when it is used. */
  address: () => Promise<{ url: string; headers: Record<string, string> }>;
  body: Blob;
  part: number;
  /**
   * Asked when the store may have had this body since some moment of `performance.now()`: gives its ETag, or null when it has it and
   * the ETag is not known.
   */
  found: (since: number) => Promise<string | null | undefined>;
  /**
   * When the last try ended without an answer, or a part was paused; 0: neither. What a browser tells of bytes that went out comes
   * late or never, and while an upload is paused another device may go on with it.
   */
  unanswered: number;
}

/**
 * One PUT to one URL, and the store's ETag: tried again on network failures, 5xx and 429; broken off by a pause and begun again
 * after it. When only the answer of a try may have been lost, the store is asked before the bytes are sent twice.
 */
export async function putPart(
  route: Route,
  { file, signal, onSent }: Transfer,
  sending: Sending,
): Promise<string | null> {
  const { address, body, part, found } = sending;
  const onProgress = (sentBytes: number) => onSent(part, body.size, sentBytes);
  for (;;) {
    await route.gate.opened(signal);
    const going = AbortSignal.any([signal, route.gate.closing]);
    try {
      const etag = await route.budget.run(file.size, going, async (suffer) => {
        const request = { ...(await address()), body, signal: going, onProgress };
        const attempt = async () => {
          const since = Math.max(sending.unanswered, route.connection.back);
          const known = since > route.began ? await found(since) : undefined;
          if (known !== undefined) return known;
          try {
            return (await put(route.transport, request, route.patience)).etag;
          } catch (error) {
            sending.unanswered = error instanceof StoreRefused ? 0 : performance.now();
            throw error;
          }
        };
        return route.connection.through(brief(route.policy, sleep, suffer))(attempt, going);
      });
      onProgress(body.size);
      return etag;
    } catch (error) {
      if (signal.aborted || !going.aborted) throw error;
      if (part) sending.unanswered = performance.now(); // a whole file that is there already is refused as such (412)
    }
  }
}

/**
 * What `attempt` returns; `renew` is called whenever the store refuses the URL (403), as it does an old one. A store that closes
 * at once looks to a browser like a broken connection: so one of those is answered with a fresh URL, too.
 */
export async function withFreshUrls<T>(attempt: () => Promise<T>, renew: () => Promise<void> | void): Promise<T> {
  let broke = false;
  for (let renewals = 0; ; renewals++) {
    try {
      return await attempt();
    } catch (error) {
      const refused = error instanceof StoreRefused && (error.status === 403 || error.status === 401);
      const mayBeOld = refused || (error instanceof Unreachable && !broke);
      broke ||= error instanceof Unreachable;
      if (!mayBeOld || renewals >= MAX_FRESH_URLS) throw error;
    }
    await renew();
  }
}
