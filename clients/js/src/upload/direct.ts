/** A file that goes up by one presigned PUT. */
import { BadAnswer, StoreRefused } from "../api/errors.js";
import type { DirectSession } from "./session.js";
import { putPart, type Route, type Transfer, withFreshUrls } from "./transfer.js";

export async function sendDirect(route: Route, transfer: Transfer, begun: DirectSession): Promise<void> {
  let session = begun;
  const renew = async () => {
    const fresh = await route.surface.fresh(session.assetId, null, transfer.signal);
    if (fresh.mode !== "direct") throw new BadAnswer("parts");
    session = fresh;
  };
  const address = async () => {
    if (!session.put || session.put.until < Date.now()) await renew();
    return { url: session.put?.url ?? "", headers: session.headers };
  };
  const complete = () => route.surface.complete(session.assetId, null, transfer.signal);
  // Only complete tells whether the object is there: the store forgets it as soon as it has been processed.
  const found = () =>
    complete().then(
      () => null,
      () => undefined,
    );
  const sending = { address, body: transfer.file, part: 0, found, unanswered: 0 };
  const attempt = () => putPart(route, transfer, sending);
  try {
    await withFreshUrls(attempt, renew);
  } catch (error) {
    // If-None-Match is signed: 412 says that the object is there, and only the answer to its PUT was lost.
    if (!(error instanceof StoreRefused && error.status === 412)) throw error;
  }
  await complete();
}
