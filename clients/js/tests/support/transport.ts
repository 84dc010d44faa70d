/** PUT by node:http, told as it goes: what XMLHttpRequest is in a browser. */
import { request } from "node:http";
import type { Transport } from "../../src/network/put.js";

const SLICE_BYTES = 256 * 1024;

export const nodeTransport: Transport = ({ url, headers, body, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    const put = request(
      url,
      { method: "PUT", headers: { ...headers, "Content-Length": body.size }, signal },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("error", reject);
        answer.on("end", () => {
          const { etag = null, "retry-after": retryAfter = null } = answer.headers;
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString(), etag, retryAfter });
        });
      },
    );
    put.on("error", reject);
    const feed = async () => {
      for (let at = 0; at < body.size && !put.destroyed; at += SLICE_BYTES) {
        const slice = new Uint8Array(await body.slice(at, at + SLICE_BYTES).arrayBuffer());
        await new Promise<void>((went) => put.write(slice, () => went()));
        onProgress(at + slice.length);
      }
      put.end();
    };
    feed().catch((error: Error) => put.destroy(error));
  });
