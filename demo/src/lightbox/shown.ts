/** What can be looked at large: the pictures and films that are ready, in their order. */
import type { Asset } from "mediadock";
import type { Cell } from "mediadock/react";
import type { Entry } from "../conversation/entries";

export const shownIn = (entries: readonly Entry[]): Asset[] => entries.flatMap(({ cells }) => shownAmong(cells));

export const shownAmong = (cells: readonly Cell[]): Asset[] =>
  cells.flatMap(({ asset, stage, kind }) =>
    asset && stage === "done" && (kind === "image" || kind === "video") ? [asset] : [],
  );
