/** The cells of assets that hang on no message: from what is known of them, and from what this tab is sending. */
import type { State } from "mediadock";
import { type Cell, cellsOf, type LocalUpload } from "mediadock/react";

/** In the order of the ids. */
export function cellsIn(state: State, uploads: readonly LocalUpload[], ids: readonly number[]): Cell[] {
  const local = new Map(uploads.flatMap((upload) => assetIdsOf(upload).map((id) => [id, upload] as const)));
  return ids.flatMap((id) => {
    const upload = local.get(id);
    return cellsOf(upload ? { state, upload, messageId: null } : { state, assetIds: [id] });
  });
}

/** One file each: so many, or none before the server knows of it. */
export const assetIdsOf = ({ progress }: LocalUpload): number[] =>
  progress.files.flatMap(({ assetId }) => assetId ?? []);
