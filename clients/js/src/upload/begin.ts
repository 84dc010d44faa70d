/** From files to upload sessions: checked, found again if they were begun before, declared otherwise. */

import type { Config } from "../api/values.js";
import { hash } from "../hash/lazy.js";
import { lazily } from "../network/lazily.js";
import { checkFiles, findPictureProblems, refuse } from "./checks.js";
import type { Keep } from "./keep.js";
import { preferredPartSize } from "./parts.js";
import type { Session } from "./session.js";
import type { Begun, Declared, SameFile, Surface } from "./surface.js";
import { typeOfFile } from "./types.js";

export interface Beginning {
  /** Declare a SHA-256 of each file, which the store or the worker compares; every file is read once more before. */
  sha256?: boolean;
  /** Continue an unfinished upload that says the same. Default true. */
  resume?: boolean;
  /** Refuse here what the server's published limits refuse. Default true. */
  checks?: boolean;
  partSizeBytes?: number;
  signal?: AbortSignal;
}

export interface Beginner {
  /** Assets that are being sent from here: not to be continued by another call. */
  readonly busy: Set<number>;
  begin(surface: Surface, files: readonly File[], how: Beginning): Promise<Begun>;
  /** Runs `begin` when those before it have ended; its assets are busy before the next one looks. */
  inTurn(begin: () => Promise<Begun>): Promise<Begun>;
  /** Whether `file` is the one whose upload was begun. */
  isSame(assetId: number, file: File, session: Session, signal?: AbortSignal): Promise<boolean>;
}

const identity = () => lazily(() => import("./same.js"));
/** Begins one upload after the other, so that a second call with the same files is not taken for a continuation of the first. */
export function createBeginner(keep: Keep, config: () => Promise<Config>): Beginner {
  const busy = new Set<number>();
  let last: Promise<unknown> = Promise.resolve();

  const inTurn: Beginner["inTurn"] = (begin) => {
    const turn = last.then(begin).then((begun) => {
      for (const assetId of begun.assetIds) busy.add(assetId);
      return begun;
    });
    last = turn.catch(() => {});
    return turn;
  };
  /**
   * Beside the upload, which need not wait for it; a file that cannot be read fails soon enough. One after the other: the samples of
   * a whole album at once would be tens of MiB, which a browser cleans up in one long pause.
   */
  const remember = async (assetIds: readonly number[], files: readonly File[]) => {
    const { fingerprint } = await identity();
    for (const [index, assetId] of assetIds.entries()) {
      const value = await fingerprint(files[index] as File, hash).catch(() => null);
      if (value && busy.has(assetId)) keep.put(assetId, value);
    }
  };
  const isSame: Beginner["isSame"] = async (assetId, ...of) =>
    (await identity()).isSameFile(keep.find(assetId), hash, ...of);

  return {
    busy,
    inTurn,
    isSame,
    begin: async (surface, files, how) => {
      const { profiles, dimensions } = await config();
      const limits = profiles[surface.profile];
      if (limits && how.checks !== false) {
        checkFiles(files, { ...limits, ...surface.limits });
        if (dimensions) refuse(await findPictureProblems(files, limits, dimensions)); // an older server tells none
      }
      const declared = await Promise.all(files.map((file) => declare(file, limits?.types ?? [], how)));
      const same: SameFile = (...of) => isSame(...of, how.signal);
      return inTurn(async () => {
        const found = how.resume === false ? undefined : await surface.findBegun(files, same, busy, how.signal);
        if (found) return found;
        const begun = await surface.prepare(declared, how.signal);
        void remember(begun.assetIds, files).catch(() => {});
        return begun;
      });
    },
  };
}

async function declare(
  file: File,
  types: readonly string[],
  { sha256, partSizeBytes, signal }: Beginning,
): Promise<Declared> {
  const checksum = sha256 ? btoa(String.fromCharCode(...(await hash("sha256", file, signal)))) : undefined;
  return {
    file_name: file.name,
    file_size: file.size,
    content_type: typeOfFile(file, types)?.contentType ?? "",
    client_part_size: partSizeBytes ?? preferredPartSize(file.size),
    ...(checksum && { checksum_sha256: checksum }),
  };
}
