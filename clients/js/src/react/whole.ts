/** An upload and the files of it that were tried again, as one. */
import type { Asset, FileStage, Progress } from "../index.js";
import type { UploadStatus } from "./types.js";

export const isUnderWay = (status: UploadStatus): boolean => status === "sending" || status === "processing";

export function statusOf({ files }: Progress): UploadStatus {
  const has = (...stages: string[]) => files.some(({ stage }) => stages.includes(stage));
  if (has("waiting", "uploading")) return "sending";
  if (has("processing", "thumbnail_ready")) return "processing";
  if (has("failed")) return "failed";
  return has("done") ? "done" : "cancelled";
}

/**
 * `whole`, with the files that were tried again as they are by now: `again` has the progress of the own upload of each whose bytes
 * were sent again, `processed` the asset of each that was processed again.
 */
export function withAgain(
  whole: Progress,
  again: readonly (Progress | undefined)[],
  processed: readonly (Asset | undefined)[],
): Progress {
  const others = again.filter((progress) => progress !== undefined);
  if (!others.length && !processed.some(Boolean)) return whole;
  const files = whole.files.map((before, index) => {
    const file = { ...before, ...again[index]?.files[0], index };
    const asset = processed[index];
    if (!asset) return file;
    const stage = asset.stage === "deleted" ? "cancelled" : (asset.stage as FileStage);
    return { ...file, asset, stage, fraction: stage === "done" ? 1 : file.fraction };
  });
  const counted = files.filter(({ stage }) => stage !== "cancelled");
  const sum = (of: (file: (typeof files)[number]) => number) => counted.reduce((total, file) => total + of(file), 0);
  const sizeBytes = sum((file) => file.sizeBytes);
  const sentBytes = sum((file) => file.sentBytes);
  const bytesPerSecond = [whole, ...others].reduce((total, each) => total + each.bytesPerSecond, 0);
  const left = sizeBytes - sentBytes;
  return {
    files,
    messageId: whole.messageId,
    sizeBytes,
    sentBytes,
    fraction: sizeBytes && sum((file) => file.sizeBytes * file.fraction) / sizeBytes,
    bytesPerSecond,
    secondsLeft: bytesPerSecond ? left / bytesPerSecond : left ? null : 0,
    paused: others.some(({ paused }) => paused) || whole.paused,
    offline: whole.offline,
  };
}
