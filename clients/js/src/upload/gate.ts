/** Pause and resume: what is on its way when the gate closes is broken off, and begun again when it opens. */
import { unlessStopped } from "../network/sleep.js";

export interface Gate {
  readonly closed: boolean;
  /** Aborted when the gate closes. */
  readonly closing: AbortSignal;
  close(): void;
  open(): void;
  opened(signal: AbortSignal): Promise<void>;
}

export function createGate(): Gate {
  let controller = new AbortController();
  let reopened: Promise<void> | undefined;
  let release = () => {};
  return {
    get closed() {
      return reopened !== undefined;
    },
    get closing() {
      return controller.signal;
    },
    close: () => {
      reopened ??= new Promise((resolve) => {
        release = resolve;
      });
      controller.abort();
    },
    open: () => {
      if (!reopened) return;
      reopened = undefined;
      controller = new AbortController();
      release();
    },
    opened: async (signal) => {
      while (reopened) await unlessStopped(reopened, signal);
    },
  };
}
