/** One tab at a time sends the bytes of an asset: two that continue the same upload would send them twice. */
import { lazily } from "../network/lazily.js";
import { unlessStopped } from "../network/sleep.js";
import type { Session } from "./session.js";
import type { Surface } from "./surface.js";
import type { Transfer } from "./transfer.js";

const nameOf = (baseUrl: string, assetId: number) => `mediadock:${baseUrl}:${assetId}`;

/**
 * Sends a session while no other tab of this browser does: true when it had to wait for one, and then sent what was left. Where
 * there are no Web Locks (pages without TLS) every tab is taken to be the only one.
 */
export async function alone(
  baseUrl: string,
  session: Session,
  surface: Surface,
  transfer: Transfer,
  send: (left: Session) => Promise<void>,
): Promise<boolean> {
  const { assetId } = session;
  const name = nameOf(baseUrl, assetId);
  const locks = globalThis.navigator?.locks;
  const sendHere = async (lock: unknown) => {
    if (lock) await send(session);
    return !lock;
  };
  if (!(await (locks ? locks.request(name, { ifAvailable: true }, sendHere) : sendHere(true)))) return false;
  const { waitForTurn } = await lazily(() => import("./turn.js"));
  await unlessStopped(waitForTurn(locks, name, assetId, surface, transfer, send), transfer.signal);
  return true;
}

/** Which assets this tab or another one is sending. */
export async function beingSent(baseUrl: string): Promise<(assetId: number) => boolean> {
  const all = await globalThis.navigator?.locks?.query();
  return (assetId) => !!all?.held?.some(({ name }) => name === nameOf(baseUrl, assetId));
}
