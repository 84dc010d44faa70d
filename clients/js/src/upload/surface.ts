/** What an upload needs of the place it goes to: a chat today; albums, avatars and the media service have the same verbs. */
import type { Asset, Limits } from "../api/values.js";
import type { Session } from "./session.js";

/** What is declared of a file before its bytes are sent. */
export interface Declared {
  file_name: string;
  file_size: number;
  content_type: string;
  client_part_size: number;
  checksum_sha256?: string;
}

/** An upload to send or to go on with: for each file its asset, and its session (null: that file has arrived). */
export interface Begun {
  messageId: number | null;
  assetIds: readonly number[];
  sessions: readonly (Session | null)[];
  resumed: boolean;
}

export type SameFile = (assetId: number, file: File, session: Session) => Promise<boolean>;

export interface Surface {
  /** Whose limits apply; a name in `profiles` of `GET /config`. */
  readonly profile: string;
  /** What counts in place of the profile's own limits. */
  readonly limits?: Partial<Limits>;
  /** All or nothing: if one file is refused, nothing is created. */
  prepare(files: readonly Declared[], signal: AbortSignal | undefined): Promise<Begun>;
  /** The unfinished upload that says the same; undefined when there is none. */
  findBegun(
    files: readonly File[],
    sameFile: SameFile,
    busy: ReadonlySet<number>,
    signal?: AbortSignal,
  ): Promise<Begun | undefined>;
  /** An unfinished upload as the store knows it: its parts, and no URLs yet. */
  stored(assetId: number, signal?: AbortSignal): Promise<Session>;
  /** The same direct upload with a fresh URL, or a page of part URLs from `startPart`. */
  fresh(assetId: number, page: { startPart: number; count: number } | null, signal?: AbortSignal): Promise<Session>;
  complete(assetId: number, etags: ReadonlyMap<number, string> | null, signal?: AbortSignal): Promise<void>;
  abort(assetId: number): Promise<void>;
  asset(assetId: number, signal?: AbortSignal): Promise<Asset>;
}
