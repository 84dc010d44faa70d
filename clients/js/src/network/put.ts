/** One PUT of a blob to a presigned URL; how it travels is the transport's business, how long silence may last is ours. */
import { ClientError, FileProblem, Stopped, Unreachable } from "../api/errors.js";
import { storeRefused } from "../api/problem.js";
import { type Patience, watchForStalls } from "./stall.js";

export interface PutRequest {
  url: string;
  headers: Record<string, string>;
  body: Blob;
  signal: AbortSignal;
  /** Bytes that have gone out so far. */
  onProgress: (sentBytes: number) => void;
}

export interface PutAnswer {
  status: number;
  text: string;
  /** Headers; null where there is none, or the store lets no page read it. */
  etag: string | null;
  retryAfter: string | null;
}

/**
 * Sends once and resolves with whatever the store answers; rejects with anything at all when no answer came. A `silent` one
 * tells no progress before the end.
 */
export type Transport = ((request: PutRequest) => Promise<PutAnswer>) & { silent?: true };

const SLOWEST_BYTES_PER_S = 64 * 1024; // how slow a silent transport may be before it counts as stalled

/** The store's 2xx answer. `StoreRefused` on any other status, `Unreachable` without an answer, `FileProblem` without a file. */
export async function put(transport: Transport, request: PutRequest, patience: Patience): Promise<PutAnswer> {
  const stallS = transport.silent ? patience.answerS + request.body.size / SLOWEST_BYTES_PER_S : patience.stallS;
  const watch = watchForStalls(request.body.size, { ...patience, stallS });
  try {
    const answer = await transport({
      ...request,
      signal: AbortSignal.any([request.signal, watch.signal]),
      onProgress: (sentBytes) => {
        watch.moved(sentBytes);
        request.onProgress(sentBytes);
      },
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw answer.status ? storeRefused(answer.status, answer.retryAfter, answer.text) : new Error("no answer");
  } catch (error) {
    request.onProgress(0); // what went out in vain does not count
    if (request.signal.aborted) throw new Stopped();
    if (watch.signal.aborted) throw new Unreachable("stalled", "The store fell silent.");
    if (error instanceof ClientError) throw error;
    await checkReadable(request.body);
    throw new Unreachable("unreachable", "The connection to the store broke.");
  } finally {
    watch.end();
  }
}

/** Browsers report a file that changed under them as a broken connection; reading a byte of it tells the two apart. */
async function checkReadable(body: Blob): Promise<void> {
  try {
    await body.slice(0, 1).arrayBuffer();
  } catch {
    throw new FileProblem("file_changed", "The file cannot be read any more, or has changed since it was chosen.");
  }
}
