/** Digests of blobs of any size, off the main thread: a worker reads them in slices, so memory stays flat. */
import { type Algorithm, inBlocks } from "./blocks.js";

export { md5 } from "./md5.js";
export { sha256 } from "./sha256.js";

const SLICE_BYTES = 1024 * 1024;

/**
 * The digest of the whole blob. Where no worker can be started (Node, a strict `worker-src`) the same code runs here, a slice
 * at a time, so that the page stays alive.
 */
export async function digest(algorithm: Algorithm, blob: Blob, signal?: AbortSignal): Promise<Uint8Array> {
  if (blob.size > SLICE_BYTES) {
    const result = await digestInWorker(algorithm, blob, signal);
    if (result) return result;
  }
  const hasher = algorithm(inBlocks);
  for (let at = 0; at < blob.size; at += SLICE_BYTES) {
    if (signal?.aborted) throw signal.reason;
    hasher.update(new Uint8Array(await blob.slice(at, at + SLICE_BYTES).arrayBuffer()));
  }
  return hasher.digest();
}

function digestInWorker(algorithm: Algorithm, blob: Blob, signal?: AbortSignal): Promise<Uint8Array | undefined> {
  if (typeof Worker === "undefined") return Promise.resolve(undefined);
  const address = URL.createObjectURL(new Blob([workerSource(algorithm)], { type: "text/javascript" }));
  return new Promise<Uint8Array | undefined>((resolve, reject) => {
    const worker = new Worker(address);
    const end = () => {
      worker.terminate();
      reject(signal?.reason);
    };
    worker.onmessage = ({ data }: MessageEvent<Uint8Array | undefined>) => {
      worker.terminate();
      signal?.removeEventListener("abort", end);
      resolve(data);
    };
    worker.onerror = () => resolve(undefined);
    if (signal?.aborted) end();
    else signal?.addEventListener("abort", end);
    worker.postMessage(blob);
  })
    .catch((error: unknown) => {
      if (signal?.aborted) throw error;
      return undefined;
    })
    .finally(() => URL.revokeObjectURL(address));
}

/**
 * A byte stream is read into one buffer, over and over; where blobs have none, FileReaderSync makes a new one a slice, and browsers let
 * tens of MiB of them pile up. No async function: an old target would turn one into calls of outside code.
 */
function workerSource(algorithm: Algorithm): string {
  return `onmessage = function (message) {
    var blob = message.data, hasher = (${algorithm})(${inBlocks}), at = 0, stream, slices;
    function fail() { postMessage(undefined); }
    function read(buffer) {
      stream.read(new Uint8Array(buffer)).then(function (got) {
        if (got.done) return postMessage(hasher.digest());
        hasher.update(got.value);
        read(got.value.buffer);
      }).catch(fail);
    }
    try { stream = blob.stream().getReader({ mode: "byob" }); } catch (_) {}
    if (stream) return read(new ArrayBuffer(${SLICE_BYTES}));
    try {
      for (slices = new FileReaderSync(); at < blob.size; at += ${SLICE_BYTES})
        hasher.update(new Uint8Array(slices.readAsArrayBuffer(blob.slice(at, at + ${SLICE_BYTES}))));
      postMessage(hasher.digest());
    } catch (_) { fail(); }
  };`;
}
