/** The part URLs of one multipart upload: asked for a page at a time, and again when they have run out. */
import { BadAnswer } from "../api/errors.js";
import type { MultipartSession } from "./session.js";
import type { Route } from "./transfer.js";

/** Gives the URL of a part, other than the one that was `refused`. */
export type PartUrls = (number: number, refused?: string) => Promise<string>;

/** Parts that need the same page ask for it once. */
export function partUrls({ surface, urlsPerPage }: Route, session: MultipartSession, signal: AbortSignal): PartUrls {
  const { assetId, urls, numParts } = session;
  let asking: Promise<unknown> = Promise.resolve();
  const isGood = (number: number, refused?: string) => {
    const known = urls.get(number);
    return known && known.url !== refused && known.until > Date.now();
  };
  const ask = async (startPart: number) => {
    const count = Math.min(urlsPerPage, numParts - startPart + 1);
    const page = await surface.fresh(assetId, { startPart, count }, signal);
    if (page.mode === "multipart") for (const [number, url] of page.urls) urls.set(number, url);
  };
  return async (number, refused) => {
    if (!isGood(number, refused)) {
      const mine = asking.then(() => (isGood(number, refused) ? undefined : ask(number)));
      asking = mine.catch(() => {});
      await mine;
    }
    const found = urls.get(number);
    if (!found) throw new BadAnswer(`no URL for part ${number}`);
    return found.url;
  };
}
