/** The cells of a message: what its assets tell, and what this browser knows of files that it sends itself. */
import {
  type Asset,
  assetsOf,
  type ClientError,
  EMPTY_STATE,
  type FileProgress,
  type Kind,
  Refused,
} from "../index.js";
import { BYTES_SHARE } from "../upload/progress.js";
import type { Cell, CellError, CellSource, CellStage, LocalFile } from "./types.js";

const LATER_STAGES = new Set(["processing", "thumbnail_ready", "done"]);

/** In the order in which the files were given. Files that were given up, and assets that were deleted, have none. */
export function cellsOf(source: CellSource): Cell[] {
  const { state = EMPTY_STATE, upload, assetIds, messageId = upload?.messageId ?? null } = source;
  const others = new Map<number, Asset>();
  const ofMessage = messageId === null ? [] : assetsOf(state, messageId);
  const listed = assetIds?.flatMap((id) => state.assets[id]?.asset ?? []) ?? ofMessage;
  for (const asset of listed) if (asset.stage !== "deleted") others.set(asset.asset_id, asset);
  const cells: Cell[] = [];
  for (const [index, file] of (upload?.files ?? []).entries()) {
    const progress = upload?.progress.files[index];
    if (!progress) continue;
    const id = progress.assetId;
    const asset = (id !== null && state.assets[id]?.asset) || progress.asset;
    if (id !== null) others.delete(id);
    const isGone = progress.stage === "cancelled" || asset?.stage === "deleted" || asset?.state === "aborted";
    if (!isGone) cells.push(localCell(file, progress, asset));
  }
  for (const asset of others.values()) if (asset.state !== "aborted") cells.push(assetCell(asset));
  return upload || assetIds ? cells : cells.sort((a, b) => (a.asset?.asset_id ?? 0) - (b.asset?.asset_id ?? 0));
}

/** Whether two cells look the same: they are made anew whenever anything happens anywhere. */
export function sameCell(a: Cell, b: Cell | undefined): boolean {
  if (!b) return false;
  const fields = Object.keys(a) as (keyof Cell)[];
  return fields.every((field) =>
    field === "error"
      ? a.error?.code === b.error?.code &&
        a.error?.reason === b.error?.reason &&
        a.error?.retryable === b.error?.retryable
      : a[field] === b[field],
  );
}

function assetCell(asset: Asset): Cell {
  const stage = stageOf(asset);
  return {
    key: `asset-${asset.asset_id}`,
    name: withoutTurns(asset.file_name),
    kind: asset.kind as Kind,
    sizeBytes: asset.size,
    stage,
    percent: stage === "done" ? 100 : Math.round(asset.progress),
    local: false,
    asset,
    previewUrl: null,
    width: asset.width,
    height: asset.height,
    error: stage === "failed" ? errorOf(asset) : null,
  };
}

/** Once the server says that the bytes are there, its word counts; until then, what this browser does. */
function localCell(file: LocalFile, progress: FileProgress, asset: Asset | null): Cell {
  const { previewUrl, key } = file;
  const size = { width: asset?.width ?? file.width, height: asset?.height ?? file.height };
  if (asset && asset.stage !== "uploading") {
    const cell = { ...assetCell(asset), ...size, key, previewUrl, local: true };
    // The file is at hand: what has expired can be sent again.
    return cell.error && asset.state === "expired" ? { ...cell, error: { ...cell.error, retryable: true } } : cell;
  }
  const { sizeBytes, fraction, error, index } = progress;
  const name = withoutTurns(progress.name);
  const later = LATER_STAGES.has(progress.stage);
  const stage = later || progress.stage === "failed" ? (progress.stage as CellStage) : "uploading";
  const percent = stage === "uploading" ? Math.min(100, Math.floor((100 * fraction) / BYTES_SHARE)) : 0;
  const why = stage === "failed" ? refusal(error, index) : null;
  return { key, name, kind: file.kind, sizeBytes, stage, percent, local: true, asset, previewUrl, ...size, error: why };
}

/** Marks that turn the direction of text let `fdp.exe` pass for `exe.pdf`: names are shown without them. */
const withoutTurns = (name: string): string => name.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

function stageOf({ stage }: Asset): CellStage {
  return LATER_STAGES.has(stage) || stage === "uploading" ? (stage as CellStage) : "failed";
}

const errorOf = ({ error, state }: Asset): CellError =>
  error ?? {
    code: `asset_${state}`,
    reason: state === "expired" ? "The upload was never finished." : "The file could not be sent.",
    retryable: false,
  };

const HOPELESS = new Set(["file_changed", "bad_answer", "another_file"]);

/** Nothing of a message is taken when one of its files is refused: that file gets its own sentence. */
function refusal(error: ClientError | null, index: number): CellError {
  const code = error?.code ?? "failed";
  const reason = error?.message ?? "The file could not be sent.";
  if (!(error instanceof Refused)) return { code, reason, retryable: !HOPELESS.has(code) };
  const own = error.errors.find(({ field }) => field.split(".")[1] === String(index));
  if (own) return { code: own.code, reason: own.message, retryable: false };
  const ofOther = error.errors.some(({ field }) => field.startsWith("attachments."));
  return { code, reason: ofOther ? `Not sent: ${reason}` : reason, retryable: false };
}
