/** The hashes, loaded when one is wanted: most uploads need none of this code. */
import { lazily } from "../network/lazily.js";
import { unlessStopped } from "../network/sleep.js";

export type Hash = typeof hash;

export async function hash(algorithm: "sha256" | "md5", blob: Blob, signal?: AbortSignal): Promise<Uint8Array> {
  const hashes = await lazily(() => import("./digest.js"));
  return unlessStopped(hashes.digest(hashes[algorithm], blob, signal), signal);
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
