/** A file that was chosen and not sent yet. */
import type { Kind } from "mediadock";

export interface Draft {
  id: number;
  file: File;
  kind: Kind;
  previewUrl: string | null;
}
