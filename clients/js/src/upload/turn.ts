/** Waits while another tab sends. Loaded when one does, and given what it needs, so that it stays a file of its own. */
import type { Session } from "./session.js";
import type { Surface } from "./surface.js";
import type { Transfer } from "./transfer.js";

const LOOK_EVERY_MS = 3_000;

/**
 * Sends what the other tab has left when the lock is ours: nothing, or the rest where it was closed halfway. Rejects when the signal
 * is aborted. What is there already is told meanwhile.
 */
export async function waitForTurn(
  locks: LockManager,
  name: string,
  assetId: number,
  surface: Surface,
  { signal, onSent }: Transfer,
  send: (left: Session) => Promise<void>,
): Promise<void> {
  let waits = true;
  const look = async () => {
    const session = await surface.stored(assetId, signal).catch(() => undefined);
    if (waits && session?.mode === "multipart")
      for (const [part, { size }] of session.stored) onSent(part, size, size, true);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  void look();
  const end = () => {
    waits = false;
    clearInterval(timer);
  };
  const inTurn = async () => {
    end();
    const { state } = await surface.asset(assetId, signal);
    if (state === "pending") await send(await surface.stored(assetId, signal));
  };
  await locks.request(name, { signal }, inTurn).finally(end);
}
