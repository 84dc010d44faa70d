/** What can be looked at large: the pictures and films of a conversation that are ready, in their order. */
import type { Asset } from "mediadock";
import type { Entry } from "../conversation/entries";

export function shownIn(entries: readonly Entry[]): Asset[] {
  return entries.flatMap(({ cells }) =>
    cells.flatMap(({ asset, stage, kind }) =>
      asset && stage === "done" && (kind === "image" || kind === "video") ? [asset] : [],
    ),
  );
}
