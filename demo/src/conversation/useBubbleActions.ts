/** What the buttons in bubbles do. The same object for as long as possible, so that bubbles need not be drawn again. */
import type { Cell } from "mediadock/react";
import { useClient } from "mediadock/react";
import { useMemo, useRef } from "react";
import { pickFile } from "../composer/pickFile";
import type { BubbleActions } from "../message/actions";
import { freshen } from "./freshen";
import type { Outbox } from "./useOutbox";

export function useBubbleActions(personId: number, outbox: Outbox, look: (assetId: number) => void): BubbleActions {
  const client = useClient();
  const latest = useRef({ outbox, look });
  latest.current = { outbox, look };
  return useMemo(() => {
    /** Of what has expired nothing is left: its file goes in a new message. */
    const uploadAgain = async (cell: Cell) => {
      const file = await pickFile();
      if (!file) return;
      latest.current.outbox.sendFiles(personId, "", [file]);
      await latest.current.outbox.remove(cell);
    };
    return {
      open: ({ asset }) => asset && latest.current.look(asset.asset_id),
      retry: (cell) =>
        cell.asset?.state === "expired" && !cell.local ? uploadAgain(cell) : latest.current.outbox.retry(cell),
      remove: (cell) => latest.current.outbox.remove(cell),
      cancel: (cell) => latest.current.outbox.cancel(cell),
      freshen: ({ asset }) => void (asset && freshen(client, asset.asset_id)),
      retryLetter: (letter) => latest.current.outbox.retryText(letter),
      discardLetter: (letter) => latest.current.outbox.discardText(letter),
      retryUpload: (upload) => latest.current.outbox.retryUpload(upload),
      discardUpload: (upload) => latest.current.outbox.dismiss(upload.id),
    };
  }, [client, personId]);
}
