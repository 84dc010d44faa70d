/** Web Locks as browsers have them and Node 20 has not: exclusive, in the order of asking, shared by all tabs of a browser. */
import { onTestFinished } from "vitest";

type Callback = (lock: { name: string } | null) => unknown;

class Locks {
  readonly #ends = new Map<string, Promise<unknown>>();
  readonly #held = new Set<string>();

  async request(name: string, options: { ifAvailable?: boolean; signal?: AbortSignal }, callback: Callback) {
    if (options.ifAvailable && this.#ends.has(name)) return callback(null);
    const before = this.#ends.get(name);
    const { promise, resolve } = newPromise();
    const end = Promise.resolve(before).then(() => promise);
    this.#ends.set(name, end);
    try {
      await Promise.race([before, aborted(options.signal)]);
      this.#held.add(name);
      return await callback({ name });
    } finally {
      this.#held.delete(name);
      if (this.#ends.get(name) === end) this.#ends.delete(name);
      resolve();
    }
  }

  async query() {
    return { held: [...this.#held].map((name) => ({ name })), pending: [] };
  }
}

function newPromise() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

const aborted = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

/** One browser for the test: what is asked for in it is seen by all its clients. One without locks is older, or has no TLS. */
export function openBrowser({ hasLocks = true } = {}): void {
  const locks = hasLocks ? new Locks() : undefined;
  const known = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { locks, onLine: true }, configurable: true });
  onTestFinished(() => {
    if (known) Object.defineProperty(globalThis, "navigator", known);
    else Reflect.deleteProperty(globalThis, "navigator");
  });
}
