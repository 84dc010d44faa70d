/** A sampled fingerprint: whether a file is the one whose upload was begun, without reading all of it. */
import type { Hash } from "../hash/lazy.js";

const SAMPLE_BYTES = 64 * 1024;
const SAMPLES = 16;

/**
 * SHA-256 over the size and sixteen samples spread over the file, the first and the last bytes among them; hex. The Python client
 * makes the same of the same file. At most 1 MiB is read.
 */
export async function fingerprint(file: Blob, hash: Hash): Promise<string> {
  const samples = sampleOffsets(file.size).map((offset) => file.slice(offset, offset + SAMPLE_BYTES));
  const all = new Blob([String(file.size), ...samples]);
  // The browser's own SHA-256 is there on pages with TLS alone.
  const subtle = globalThis.crypto?.subtle;
  return hexOf(
    subtle ? new Uint8Array(await subtle.digest("SHA-256", await all.arrayBuffer())) : await hash("sha256", all),
  );
}

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Where the samples begin; a file no longer than all samples together is read whole. */
export function sampleOffsets(sizeBytes: number): number[] {
  const last = sizeBytes - SAMPLE_BYTES;
  return sizeBytes <= SAMPLES * SAMPLE_BYTES
    ? Array.from({ length: Math.ceil(sizeBytes / SAMPLE_BYTES) }, (_, index) => index * SAMPLE_BYTES)
    : Array.from({ length: SAMPLES }, (_, index) => Math.floor((last * index) / (SAMPLES - 1)));
}
