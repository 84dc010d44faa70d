/** Upload sessions as the server describes them: where a file's bytes go, and what of them it has already. */
import { BadAnswer } from "../api/errors.js";
import type { GrantOut } from "../api/schema.js";

const LEAST_LIFE_MS = 60_000;

/** An address with the time (of this machine's clock) until which it is worth trying. */
export interface PresignedUrl {
  url: string;
  until: number;
}

export interface DirectSession {
  mode: "direct";
  assetId: number;
  /** Undefined: yet to be asked for, as of an upload that is continued. */
  put: PresignedUrl | undefined;
  headers: Record<string, string>;
}

export interface MultipartSession {
  mode: "multipart";
  assetId: number;
  partSize: number;
  numParts: number;
  urls: Map<number, PresignedUrl>;
  /** What the store has already, by part number; ETags without quotes. */
  stored: Map<number, { etag: string; size: number }>;
}

export type Session = DirectSession | MultipartSession;

/** From an answer of prepare, or one of an album's `uploads`. */
export function readSession(grant: GrantOut): Session {
  const until = urlUntil(grant.expires_at);
  const { asset_id: assetId, put_url: url, part_size: partSize, num_parts: numParts, batch } = grant;
  if (grant.mode === "direct" && url)
    return { mode: "direct", assetId, put: { url, until }, headers: grant.headers ?? {} };
  if (grant.mode === "multipart" && partSize && numParts && batch) {
    const urls = new Map(batch.items.map((item) => [item.part_number, { url: item.url, until }]));
    return { mode: "multipart", assetId, partSize, numParts, urls, stored: new Map() };
  }
  throw new BadAnswer("an unknown mode");
}

export const bare = (etag: string): string => etag.replace(/^W\/|"/g, "");

/** A clock that is far off makes an address look old from the start: then only the store can tell. */
function urlUntil(expiresAt: string, now = Date.now()): number {
  const life = Date.parse(expiresAt) - now;
  return life > LEAST_LIFE_MS ? now + 0.95 * life : Number.POSITIVE_INFINITY;
}
