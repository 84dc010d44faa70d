/** PUT by fetch, for places without XMLHttpRequest: service workers and Node. It tells no progress before the end. */
import type { Transport } from "./put.js";

export const fetchTransport: Transport = async ({ url, headers, body, signal, onProgress }) => {
  const typeless = "Content-Type" in headers ? body : body.slice(0, body.size, "");
  const response = await fetch(url, { method: "PUT", headers, body: typeless, signal, credentials: "omit" });
  const text = await response.text();
  onProgress(body.size);
  const header = (name: string) => response.headers.get(name);
  return { status: response.status, text, etag: header("ETag"), retryAfter: header("Retry-After") };
};

fetchTransport.silent = true;
