/** What can be refused before anything is sent, by the limits that the server publishes, in its codes and its words. */
import { type FieldProblem, Refused } from "../api/errors.js";
import type { DimensionsOut } from "../api/schema.js";
import type { Limits } from "../api/values.js";
import { lazily } from "../network/lazily.js";
import { typeOfFile } from "./types.js";

export interface CheckedFile {
  name: string;
  size: number;
  type: string;
}

/** Everything that the server would refuse about these files; empty when nothing is. The server has the last word. */
export function findProblems(files: readonly CheckedFile[], limits: Limits): FieldProblem[] {
  if (files.length < 1 || files.length > limits.max_files) {
    const message = `From 1 to ${limits.max_files} files can be sent at once.`;
    return [{ field: "attachments", code: "file_count_invalid", message }];
  }
  return files.flatMap((file, index) => {
    const refused = (field: string, code: string, sentence: string): FieldProblem[] => [
      { field: `attachments.${index}.${field}`, code, message: `“${file.name}” ${sentence}` },
    ];
    if (!file.size) return refused("file_size", "file_size_invalid", "is empty.");
    const type = typeOfFile(file, limits.types);
    if (!type || !limits.kinds.includes(type.kind))
      return refused(
        "content_type",
        "type_not_allowed",
        `cannot be sent here: ${file.type || "its type"} is not accepted.`,
      );
    const most = limits.max_size[type.kind] ?? file.size;
    if (file.size > most)
      return refused("file_size", "file_too_large", `is too large: at most ${humanBytes(most)} are accepted here.`);
    return [];
  });
}

/** What is wrong with the dimensions of pictures, read from their headers; AVIF, HEIC, TIFF and frames are left to the server. */
export async function findPictureProblems(
  files: readonly File[],
  limits: Limits,
  { image }: DimensionsOut,
): Promise<FieldProblem[]> {
  // A page that has lost the network has not lost its upload: what cannot be looked at here, the server looks at.
  const isPicture = (file: File) => typeOfFile(file, limits.types)?.kind === "image";
  const pictures = files.some(isPicture) && (await lazily(() => import("./pictures.js")).catch(() => null));
  return pictures ? pictures.findLarge(files, isPicture, image) : [];
}

/** Throws `Refused` with what the limits refuse; its own code and sentence are those of the first. */
export const checkFiles = (files: readonly CheckedFile[], limits: Limits): void => refuse(findProblems(files, limits));

export function refuse(problems: FieldProblem[]): void {
  const [first] = problems;
  if (first) throw new Refused(first.code, first.message, 0, problems);
}

/** A size as people write it: `20 GiB`, `10.5 MiB`, `512 bytes`. */
export function humanBytes(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${+(bytes / 1024 ** power).toFixed(1)} ${["bytes", "KiB", "MiB", "GiB"][power]}`;
}
