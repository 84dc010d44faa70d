/**
 * Whether a file is the one whose upload was begun.
 *
 * Begun in this browser: by the fingerprint kept here. Begun on another device: the server keeps no fingerprint, but the ETag of a
 * stored part is its MD5 with most stores, so the stored parts are read from this file and compared. Parts whose ETag is no MD5 are
 * taken on trust, as is a direct upload: nothing of it is stored yet, so nothing can be mixed.
 *
 * Loaded beside an upload or before one is continued, and given what it needs, so that it stays a file of its own.
 */
import type { Hash } from "../hash/lazy.js";
import { fingerprint, hexOf } from "./fingerprint.js";
import type { Session } from "./session.js";

export { fingerprint };

const MD5 = /^[0-9a-f]{32}$/;

/** `known`: the fingerprint kept here. */
export async function isSameFile(
  known: string | null,
  hash: Hash,
  file: File,
  session: Session,
  signal?: AbortSignal,
): Promise<boolean> {
  if (known) return known === (await fingerprint(file, hash));
  if (session.mode === "direct") return true;
  for (const [number, { etag, size }] of session.stored) {
    const offset = (number - 1) * session.partSize;
    if (MD5.test(etag) && hexOf(await hash("md5", file.slice(offset, offset + size), signal)) !== etag) return false;
  }
  return true;
}
