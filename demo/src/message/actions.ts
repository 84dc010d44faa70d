/** What a bubble lets its reader do. */
import type { Cell, LocalUpload } from "mediadock/react";
import type { Letter } from "../conversation/letters";

export interface BubbleActions {
  open(cell: Cell): void;
  retry(cell: Cell): Promise<void>;
  remove(cell: Cell): Promise<void>;
  cancel(cell: Cell): Promise<void>;
  freshen(cell: Cell): void;
  retryLetter(letter: Letter): void;
  discardLetter(letter: Letter): void;
  retryUpload(upload: LocalUpload): void;
  discardUpload(upload: LocalUpload): void;
}
