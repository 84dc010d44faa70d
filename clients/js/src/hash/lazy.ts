/** The hashes, loaded when one is wanted: most uploads need none of this code. */
import { Stopped } from "../api/errors.js";

export async function hash(algorithm: "sha256" | "md5", blob: Blob, signal?: AbortSignal): Promise<Uint8Array> {
  const hashes = await import("./digest.js");
  return hashes.digest(hashes[algorithm], blob, signal).catch((error: unknown) => {
    throw signal?.aborted ? new Stopped() : error;
  });
}

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
