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
  /** Those of the connection when the upload began. */
  outagesBefore: number;
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
   * Asked when the store may have this body already: its ETag, or null when it has it and the ETag is not known. `gone`: every byte
   * had gone out in the try before, and only its answer was lost. Otherwise there was an outage, and another device may have gone on.
   */
  found: (gone: boolean) => Promise<string | null | undefined>;
}

/**
 * One PUT to one URL, and the store's ETag: tried again on network failures, 5xx and 429; broken off by a pause and begun again
 * after it. When every byte had gone out and only the answer was lost, the store is asked before the bytes are sent twice.
 */
export async function putPart(
  route: Route,
  { file, signal, onSent }: Transfer,
  sending: Sending,
): Promise<string | null> {
  const { address, body, part, found } = sending;
  let whole = false;
  const onProgress = (sentBytes: number) => {
    whole ||= sentBytes === body.size;
    onSent(part, body.size, sentBytes);
  };
  for (;;) {
    await route.gate.opened(signal);
    const going = AbortSignal.any([signal, route.gate.closing]);
    try {
      const etag = await route.budget.run(file.size, going, async (suffer) => {
        const request = { ...(await address()), body, signal: going, onProgress };
        const attempt = async () => {
          const doubtful = whole || route.connection.outages > route.outagesBefore;
          const known = doubtful ? await found(whole) : undefined;
          whole = false;
          return known === undefined ? (await put(route.transport, request, route.patience)).etag : known;
        };
        return route.connection.through(brief(route.policy, sleep, suffer))(attempt, going);
      });
      onProgress(body.size);
      return etag;
    } catch (error) {
      if (signal.aborted || !going.aborted) throw error;
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
