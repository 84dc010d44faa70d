/** A file that goes up in parts, several at a time; parts that the store has are not sent again. */
import { BadAnswer, NotThere, StoreRefused, UploadGone, WrongState } from "../api/errors.js";
import { hasArrived } from "../api/values.js";
import { lazily } from "../network/lazily.js";
import type { Lookup } from "./lookup.js";
import { type Part, partsOf } from "./parts.js";
import { bare, type MultipartSession } from "./session.js";
import { putPart, type Route, type Transfer, withFreshUrls } from "./transfer.js";
import { type PartUrls, partUrls } from "./urls.js";

export async function sendInParts(route: Route, transfer: Transfer, session: MultipartSession): Promise<void> {
  const { file, onSent } = transfer;
  const parts = partsOf(file.size, session.partSize);
  if (parts.length !== session.numParts) throw new BadAnswer("parts that do not fit");
  const etags = new Map<number, string | null>();
  const sendAll = async (missing: readonly Part[]) => {
    const failed = new AbortController(); // the first part that fails for good ends the others
    const signal = AbortSignal.any([transfer.signal, failed.signal]);
    const urls = partUrls(route, session, signal);
    let asking: Lookup | undefined;
    const lookup: Lookup = async (part, since) => {
      const code = await lazily(() => import("./lookup.js")).catch(() => undefined);
      asking ??= code?.createLookup(route, session.assetId, signal, hasArrived);
      return asking?.(part, since);
    };
    const send = async (part: Part) => {
      try {
        etags.set(part.number, await sendPart(route, { ...transfer, signal }, session.assetId, urls, lookup, part));
      } catch (error) {
        failed.abort(error);
      }
    };
    await Promise.all(missing.map(send));
    failed.signal.throwIfAborted();
  };
  const without = (stored: MultipartSession["stored"]) =>
    parts.filter((part) => {
      const there = stored.get(part.number);
      if (there?.size !== part.size) return true;
      etags.set(part.number, there.etag);
      onSent(part.number, part.size, part.size, true);
      return false;
    });

  await sendAll(without(session.stored));
  try {
    await route.surface.complete(session.assetId, wholeList(etags), transfer.signal);
  } catch (error) {
    if (!(error instanceof WrongState && (error.code === "parts_missing" || error.code === "parts_mismatch")))
      throw error;
    // The store has lost some, or has others under their numbers. Its own list is the truth; this is tried once.
    const now = await route.surface.stored(session.assetId, transfer.signal);
    await sendAll(without(now.mode === "multipart" ? now.stored : new Map()));
    await route.surface.complete(session.assetId, null, transfer.signal);
  }
}

/** The part's ETag; null when the page may not read it. */
async function sendPart(
  route: Route,
  transfer: Transfer,
  assetId: number,
  urls: PartUrls,
  lookup: Lookup,
  part: Part,
): Promise<string | null> {
  const { surface } = route;
  const { file, signal } = transfer;
  const body = file.slice(part.offset, part.offset + part.size);
  let used: string | undefined;
  let refused: string | undefined;
  const address = async () => {
    used = await urls(part.number, refused);
    return { url: used, headers: {} };
  };
  const found = (since: number) => lookup(part, since);
  const sending = { address, body, part: part.number, found, unanswered: 0 };
  const attempt = () => putPart(route, transfer, sending);
  const renew = () => {
    refused = used;
  };
  try {
    return await withFreshUrls(attempt, renew);
  } catch (error) {
    if (!(error instanceof StoreRefused && error.status === 404)) throw error;
  }
  // The store knows no such upload: fine if it has been completed, by another device or in spite of an error.
  const state = await surface.asset(assetId, signal).then(
    (asset) => asset.state,
    (error: unknown) => {
      if (error instanceof NotThere) return "deleted";
      throw error;
    },
  );
  if (!hasArrived(state))
    throw new UploadGone("upload_gone", `The upload of ${file.name} was given up meanwhile (${state}); send it again.`);
  transfer.onSent(part.number, part.size, part.size);
  return null;
}

/** What complete compares with the store's list; null, and left to the store, when one of them is not known. */
function wholeList(etags: ReadonlyMap<number, string | null>): Map<number, string> | null {
  const known = [...etags].flatMap(([number, etag]): [number, string][] => (etag ? [[number, bare(etag)]] : []));
  return known.length === etags.size ? new Map(known) : null;
}
