/**
 * Whether a file is the one whose upload was begun.
 *
 * Begun in this browser: by the fingerprint kept here. Begun on another device: the server keeps no fingerprint, but the ETag of a
 * stored part is its MD5 with most stores, so the stored parts are read from this file and compared. Parts whose ETag is no MD5 are
 * taken on trust, as is a direct upload: nothing of it is stored yet, so nothing can be mixed.
 */
import { hash, hex } from "../hash/lazy.js";
import { fingerprint } from "./fingerprint.js";
import type { Keep } from "./keep.js";
import type { Session } from "./session.js";

const MD5 = /^[0-9a-f]{32}$/;

export async function isSameFile(
  keep: Keep,
  assetId: number,
  file: File,
  session: Session,
  signal?: AbortSignal,
): Promise<boolean> {
  const known = keep.find(assetId);
  if (known) return known === (await fingerprint(file));
  if (session.mode === "direct") return true;
  for (const [number, { etag, size }] of session.stored) {
    const offset = (number - 1) * session.partSize;
    if (MD5.test(etag) && hex(await hash("md5", file.slice(offset, offset + size), signal)) !== etag) return false;
  }
  return true;
}
