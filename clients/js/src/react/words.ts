/** Times and stages as people say them. */
import { humanBytes, type Progress } from "../index.js";
import type { Cell } from "./types.js";

/** `0:07`, `12:30`, `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const KINDS = { image: "photo", video: "video", audio: "sound", file: "document" };

export const kindWord = (cell: Cell): string => KINDS[cell.kind] ?? KINDS.file;

/** What a cell is doing, with its percentage, as it is written on it. */
export function doing({ stage, local, percent, error }: Cell): string {
  if (stage === "uploading") return local ? `Uploading… ${percent} %` : "Incoming…";
  if (stage === "failed") return error?.reason ?? "Failed";
  if (stage === "done") return "Ready";
  return percent ? `Processing… ${percent} %` : "Processing…";
}

/** The state by itself, for a name that does not change with every percent. */
export function stateWord({ stage, local, error }: Cell): string {
  if (stage === "uploading") return local ? "uploading" : "incoming";
  if (stage === "failed") return `failed: ${error?.reason ?? ""}`;
  return stage === "done" ? "ready" : "processing";
}

export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s left`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min left`;
  return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min left`;
}

/** The line under a progress bar. */
export function progressWords({ fraction, sentBytes, sizeBytes, bytesPerSecond, secondsLeft, ...how }: Progress) {
  if (fraction >= 1) return "Ready";
  if (how.files.length && how.files.every(({ stage }) => stage === "cancelled")) return "Cancelled";
  const sent = `${humanBytes(sentBytes)} of ${humanBytes(sizeBytes)}`;
  if (how.paused) return `Paused · ${sent}`;
  if (how.offline) return `No connection, waiting · ${sent}`;
  if (how.files.every(({ stage }) => stage === "failed" || stage === "cancelled")) return "Failed";
  if (sizeBytes > 0 && sentBytes >= sizeBytes) return "Processing…";
  const speed = bytesPerSecond ? [`${humanBytes(bytesPerSecond)}/s`] : [];
  const left = bytesPerSecond && secondsLeft ? [timeLeft(secondsLeft)] : [];
  return [sent, ...speed, ...left].join(" · ");
}
