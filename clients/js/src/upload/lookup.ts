/**
 * What the store has of an upload by now, asked when something happened behind our back. Loaded when something has, and given what it
 * needs, so that it stays a file of its own.
 */
import type { Part } from "./parts.js";
import type { MultipartSession } from "./session.js";
import type { Route } from "./transfer.js";

type Stored = MultipartSession["stored"] | "all" | undefined;

/** The ETag of a part that is there; null: it is, and the ETag is not known; undefined: it is not, or nobody can tell. */
export type Lookup = (part: Part, since: number) => Promise<string | null | undefined>;

/** Asks unless it has asked after that moment: once for all parts of one outage, or of one pause. */
export function createLookup(
  { surface }: Route,
  assetId: number,
  signal: AbortSignal,
  hasArrived: (state: string) => boolean,
): Lookup {
  let asked = 0; // when, by `performance.now()`
  let known: Promise<Stored> = Promise.resolve(undefined);

  const ask = async (): Promise<Stored> => {
    try {
      const session = await surface.stored(assetId, signal);
      return session.mode === "multipart" ? session.stored : undefined;
    } catch (error) {
      if ((error as { code?: string }).code === "upload_assembled") return "all";
      return hasArrived((await surface.asset(assetId, signal)).state) ? "all" : undefined;
    }
  };
  return async ({ number, size }, since) => {
    if (since >= asked) {
      asked = performance.now();
      known = ask().catch(() => {
        asked = 0; // the next may ask again
        return undefined;
      });
    }
    const stored = await known;
    if (stored === "all") return null;
    const there = stored?.get(number);
    return there?.size === size ? there.etag : undefined;
  };
}
