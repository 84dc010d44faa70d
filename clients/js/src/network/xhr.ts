/** PUT by XMLHttpRequest: of what browsers have, only it tells how far an upload is. The blob is read from disk as it goes. */
import { onAbort } from "./listeners.js";
import type { Transport } from "./put.js";

export const xhrTransport: Transport = ({ url, headers, body, signal, onProgress }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error("no answer"));
    const xhr = new XMLHttpRequest();
    const forget = onAbort(signal, () => xhr.abort());
    xhr.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => onProgress(loaded);
    xhr.onload = () => {
      // Asked for by name, a header that the store does not let the page read is an error on the console.
      const readable = xhr.getAllResponseHeaders();
      const header = (name: string) => new RegExp(`^${name}: (.*)`, "im").exec(readable)?.[1] ?? null;
      resolve({ status: xhr.status, text: xhr.responseText, etag: header("ETag"), retryAfter: header("Retry-After") });
    };
    xhr.onloadend = () => {
      forget();
      reject(new Error("no answer")); // means nothing after an answer
    };
    // A blob with a type would add a Content-Type of its own, which no part URL has signed.
    xhr.send("Content-Type" in headers ? body : body.slice(0, body.size, ""));
  });
