/** Those who want to hear of something, and signals that have something to say. */
export interface Listeners<T> {
  readonly size: number;
  /** Returns what takes the listener away again. The same function may be added twice. */
  add(listener: (value: T) => void): () => void;
  tell(value: T): void;
}

export function createListeners<T = void>(): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    get size() {
      return all.size;
    },
    add: (listener) => {
      const own = (value: T) => listener(value);
      all.add(own);
      return () => void all.delete(own);
    },
    tell: (value) => {
      for (const listener of [...all]) listener(value);
    },
  };
}

/** Calls `listener` when `signal` is aborted, at once if it is already; returns what takes it away. */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  signal?.addEventListener("abort", listener);
  if (signal?.aborted) listener();
  return () => signal?.removeEventListener("abort", listener);
}
