/** Which of the files that a person has picked again belong to which unfinished upload, by name and size. */
import type { Unfinished } from "../api/values.js";

export interface Match {
  upload: Unfinished;
  file: File;
}

export function matchUnfinished(uploads: readonly Unfinished[], files: readonly File[]): Match[] {
  const left = [...files];
  return uploads.flatMap((upload) => {
    const at = left.findIndex((file) => file.name === upload.file_name && file.size === upload.size);
    return left.splice(at, at < 0 ? 0 : 1).map((file) => ({ upload, file }));
  });
}
