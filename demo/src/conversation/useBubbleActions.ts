/** What the buttons in bubbles do. The same object for as long as possible, so that bubbles need not be drawn again. */
import { useClient } from "mediadock/react";
import { useMemo, useRef } from "react";
import type { BubbleActions } from "../message/Bubble";
import { freshen } from "./freshen";
import type { Outbox } from "./useOutbox";

export function useBubbleActions(outbox: Outbox, look: (assetId: number) => void): BubbleActions {
  const client = useClient();
  const latest = useRef({ outbox, look });
  latest.current = { outbox, look };
  return useMemo(
    () => ({
      open: ({ asset }) => asset && latest.current.look(asset.asset_id),
      retry: (cell) => latest.current.outbox.retry(cell),
      remove: (cell) => latest.current.outbox.remove(cell),
      cancel: (cell) => latest.current.outbox.cancel(cell),
      freshen: ({ asset }) => void (asset && freshen(client, asset.asset_id)),
      retryLetter: (letter) => latest.current.outbox.retryText(letter),
      discardLetter: (letter) => latest.current.outbox.discardText(letter),
      retryUpload: (upload) => latest.current.outbox.retryUpload(upload),
      discardUpload: (upload) => latest.current.outbox.dismiss(upload.id),
    }),
    [client],
  );
}
