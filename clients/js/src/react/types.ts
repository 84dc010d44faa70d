/** What the React bindings hand to a page: the cells of an album, uploads from here, and the props of the components. */
import type { ReactNode } from "react";
import type {
  Asset,
  ClientError,
  Kind,
  Match,
  Progress,
  State,
  StreamStatus,
  Upload,
  UploadOptions,
} from "../index.js";

/** The rows of one asset's life that a person can tell apart. */
export type CellStage = "uploading" | "processing" | "thumbnail_ready" | "done" | "failed";

/** Why a cell failed: of the server where it knows the file, of this browser where the bytes did not get there. */
export interface CellError {
  readonly code: string;
  /** A sentence for a person. */
  readonly reason: string;
  /** Whether trying again may help: the only case in which a Retry is offered. */
  readonly retryable: boolean;
}

/** One file of a message, from wherever it comes. Plain and immutable: equal cells have equal fields. */
export interface Cell {
  /** Stays the same from the choice of a file to its picture: a React key. */
  readonly key: string;
  readonly name: string;
  readonly kind: Kind;
  readonly sizeBytes: number;
  readonly stage: CellStage;
  /** Whole percent of the stage: of the bytes while it is `uploading`, of the work while it is `processing`; 100 when done. */
  readonly percent: number;
  /** Sent by this page: its bytes are told in percent, and it can be cancelled. Otherwise an upload is just "Incoming…". */
  readonly local: boolean;
  /** The server's latest word on it; null before it has one. */
  readonly asset: Asset | null;
  /** An object URL of the chosen picture or film, until the published one is shown. */
  readonly previewUrl: string | null;
  /** In pixels, of the published file or else of the chosen one; null while neither is known. */
  readonly width: number | null;
  readonly height: number | null;
  /** Set when and only when the stage is `failed`. */
  readonly error: CellError | null;
}

/** A file that was chosen here. */
export interface LocalFile {
  /** That of its cell. */
  readonly key: string;
  readonly file: File;
  readonly kind: Kind;
  /** Null for what is neither picture nor film, for what this browser cannot show, and once it is not needed any more. */
  readonly previewUrl: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

/** `sending`: bytes are on their way; `processing`: all are there; `failed`: some file did not make it. */
export type UploadStatus = "sending" | "processing" | "done" | "failed" | "cancelled";

/** One call of `start`: a message on its way. A new object for every change. */
export interface LocalUpload {
  readonly id: string;
  readonly to: UploadOptions["to"];
  readonly text: string;
  /** The SDK's handle of it. Pause, resume and cancel by the functions below, which also reach files that were tried again. */
  readonly upload: Upload;
  readonly progress: Progress;
  /** Null until the server has made the message. */
  readonly messageId: number | null;
  readonly files: readonly LocalFile[];
  readonly status: UploadStatus;
  /** Why nothing could be begun at all (a file is refused, nobody is logged in); nothing exists at the server then. */
  readonly error: ClientError | null;
  pause(): void;
  resume(): void;
  /** Gives up one file, or all. */
  cancel(index?: number): Promise<void>;
}

/** Of one call; what the hook's options leave open, `start` must be given. */
export type StartOptions = Omit<UploadOptions, "onProgress">;

export interface DirectUpload {
  /** Sends files in one message. `overrides` win over the hook's options. It is under way, and in `uploads`, when this returns. */
  start(files: Iterable<File>, overrides?: Partial<StartOptions>): LocalUpload;
  /** Those to this hook's `to` (all, without one), oldest first, also those begun before this component was there. */
  readonly uploads: readonly LocalUpload[];
  /** Takes an upload off the list, and all that have ended without an id; its previews are let go. It does not cancel it. */
  dismiss(id?: string): void;
  /** What the cells' buttons are for; each knows by the cell whether the server or the bytes are concerned. */
  retry(cell: Cell): Promise<void>;
  remove(cell: Cell): Promise<void>;
  cancel(cell: Cell): Promise<void>;
  /** Goes on with uploads that were begun before a reload or elsewhere (`matchUnfinished`): one upload for each message. */
  resume(matches: readonly Match[]): LocalUpload[];
}

export interface Events {
  readonly state: State;
  readonly status: StreamStatus;
  /** Why the stream has `stopped`. */
  readonly error: ClientError | null;
}

/** Where the cells of one message come from: either alone, or both for a message that is sent from here. */
export interface CellSource {
  state?: State;
  messageId?: number | null;
  /** In the place of a message: assets that hang on something else, in the order in which they are to be shown. */
  assetIds?: readonly number[];
  upload?: LocalUpload | undefined;
}

/** An action is offered only where its function is given. A promise that it returns keeps the button busy. */
export interface CellActions {
  onOpen?: ((cell: Cell) => void) | undefined;
  onRetry?: ((cell: Cell) => unknown) | undefined;
  onRemove?: ((cell: Cell) => unknown) | undefined;
  onCancel?: ((cell: Cell) => unknown) | undefined;
  /** An address of the asset does not serve any more (they expire): ask for the asset again. At most once an address. */
  onStale?: ((cell: Cell) => void) | undefined;
}

export interface AlbumGridProps extends CellActions {
  cells: readonly Cell[];
  /** What the album is called for a screen reader. Default: how many files there are. */
  label?: string;
  /** What is said of a file whose bytes come from elsewhere. Default: "Incoming…"; to its own sender it is another thing. */
  incoming?: string;
  /** All tiles alike, as many in a row as fit: for a whole page of pictures. */
  even?: boolean;
  className?: string;
}

export interface WaveformProps {
  /** 0 to 100 each, any number of them. */
  peaks: readonly number[] | null;
  src: string | null;
  /** Seconds, shown before anything is loaded. */
  duration: number | null;
  /** What it is called for a screen reader. */
  label?: string;
  onStale?: (() => void) | undefined;
  className?: string;
}

export interface UploadProgressProps {
  progress: Progress;
  label?: string;
  onPause?: (() => void) | undefined;
  onResume?: (() => void) | undefined;
  onCancel?: (() => unknown) | undefined;
  className?: string;
}

export interface DocumentCardProps {
  name: string;
  sizeBytes: number;
  pages?: number | null;
  /** Address of a picture of the first page. */
  cover?: string | null;
  /** Where it is downloaded from; without it the card is no link. */
  href?: string | null;
  /** Beneath the name instead of size and pages. */
  children?: ReactNode;
  className?: string;
}
