/** How far an upload is: one line from 0 to ready for each file and for all of them. */
import type { ClientError } from "../api/errors.js";
import type { Asset } from "../api/values.js";
import { createSpeed } from "./speed.js";

/** `waiting`: not begun, or its turn has not come. After the bytes the stages are those of the server's events. */
export type FileStage = "waiting" | "uploading" | "processing" | "thumbnail_ready" | "done" | "failed" | "cancelled";

export interface FileProgress {
  readonly index: number;
  readonly name: string;
  readonly assetId: number | null;
  readonly sizeBytes: number;
  /** With the store, as far as is known; falls when a part has to be sent again. */
  readonly sentBytes: number;
  readonly stage: FileStage;
  /** 0 to 1, never falling: the bytes are the first 0.8, processing the rest; 1 is ready. */
  readonly fraction: number;
  /** The server's latest word on it. */
  readonly asset: Asset | null;
  readonly error: ClientError | null;
}

export interface Progress {
  readonly files: readonly FileProgress[];
  readonly messageId: number | null;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  /** Of all files by their size; cancelled ones do not count. */
  readonly fraction: number;
  readonly bytesPerSecond: number;
  /** Until all bytes are there; null while it cannot be told. */
  readonly secondsLeft: number | null;
  readonly paused: boolean;
  /** The server cannot be reached; the upload goes on by itself when it can. */
  readonly offline: boolean;
}

export interface PartProgress {
  readonly number: number;
  readonly sizeBytes: number;
  readonly sentBytes: number;
}

export const BYTES_SHARE = 0.8;
const ALMOST = 0.99; // a picture is at 100 % with its first thumbnail, and not ready yet
const TELL_EVERY_MS = 100;

interface FileLine {
  parts: Map<number, PartProgress>;
  shown: FileProgress;
}

export interface Tracker {
  readonly progress: Progress;
  parts(index: number): PartProgress[];
  begun(messageId: number | null, assetIds: readonly number[]): void;
  /** Part `part` of a file (0: the file as a whole) has gone out so far. `stored`: it was there before, and no byte moved now. */
  sent(index: number, part: number, sizeBytes: number, sentBytes: number, stored?: boolean): void;
  arrived(index: number): void;
  /** What an event or an answer says of the asset of a file that has arrived. */
  told(index: number, asset: Asset): void;
  ended(index: number, error: ClientError): void;
  /** Something changed: the caller is told soon, and of many changes at once. */
  changed(): void;
  /** Tells what has not been told yet. */
  flush(): void;
}

export function createTracker(
  files: readonly File[],
  tell: ((progress: Progress) => void) | undefined,
  circumstances: () => { paused: boolean; offline: boolean },
): Tracker {
  const nothing = { assetId: null, sentBytes: 0, stage: "waiting", fraction: 0, asset: null, error: null } as const;
  const lines = files.map(
    ({ name, size }, index): FileLine => ({ parts: new Map(), shown: { index, name, sizeBytes: size, ...nothing } }),
  );
  const speed = createSpeed();
  let messageId: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    tell?.(progress());
  };
  const changed = () => {
    timer ??= tell && setTimeout(flush, TELL_EVERY_MS);
  };
  const show = (index: number, change: Partial<FileProgress>) => {
    const line = lines[index] as FileLine;
    const next = { ...line.shown, ...change };
    line.shown = { ...next, fraction: Math.max(next.fraction, fractionOf(next)) };
    changed();
  };
  const progress = (): Progress => {
    const shown = lines.map((line) => line.shown);
    const sum = (of: (file: FileProgress) => number) =>
      shown.reduce((total, file) => total + (file.stage === "cancelled" ? 0 : of(file)), 0);
    const sizeBytes = sum((file) => file.sizeBytes);
    const sentBytes = sum((file) => file.sentBytes);
    const bytesPerSecond = speed.bytesPerSecond();
    const left = sizeBytes - sentBytes;
    return {
      files: shown,
      messageId,
      sizeBytes,
      sentBytes,
      fraction: sizeBytes && sum((file) => file.sizeBytes * file.fraction) / sizeBytes,
      bytesPerSecond,
      secondsLeft: bytesPerSecond ? left / bytesPerSecond : left ? null : 0,
      ...circumstances(),
    };
  };

  return {
    get progress() {
      return progress();
    },
    parts: (index) => [...(lines[index]?.parts.values() ?? [])].sort((a, b) => a.number - b.number),
    begun: (id, assetIds) => {
      messageId = id;
      for (const [index, assetId] of assetIds.entries()) show(index, { assetId });
    },
    sent: (index, number, sizeBytes, told, stored) => {
      const { parts, shown } = lines[index] as FileLine;
      if (shown.stage !== "waiting" && shown.stage !== "uploading") return; // a late word of bytes takes no file back
      const sentBytes = Math.min(sizeBytes, told); // some transports count their own framing
      const more = sentBytes - (parts.get(number)?.sentBytes ?? 0);
      parts.set(number, { number, sizeBytes, sentBytes });
      if (!stored && more > 0) speed.moved(more);
      show(index, { stage: "uploading", sentBytes: shown.sentBytes + more });
    },
    arrived: (index) => show(index, { stage: "processing", sentBytes: lines[index]?.shown.sizeBytes ?? 0 }),
    told: (index, asset) => {
      const stage = asset.stage === "deleted" ? "cancelled" : (asset.stage as FileStage);
      show(index, { asset, stage });
    },
    ended: (index, error) =>
      show(index, error.code === "cancelled" ? { stage: "cancelled" } : { stage: "failed", error }),
    changed,
    flush,
  };
}

function fractionOf({ stage, sentBytes, sizeBytes, asset }: FileProgress): number {
  if (stage === "done") return 1;
  const bytes = BYTES_SHARE * (sizeBytes ? sentBytes / sizeBytes : 0);
  if (stage !== "processing" && stage !== "thumbnail_ready") return bytes;
  return Math.min(ALMOST, BYTES_SHARE + ((1 - BYTES_SHARE) * (asset?.progress ?? 0)) / 100);
}
