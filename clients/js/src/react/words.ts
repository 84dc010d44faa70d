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
  // A picture is at 100 with its first thumbnail, and not ready yet.
  return percent && percent < 100 ? `Processing… ${percent} %` : "Processing…";
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

export type ProgressState = "sending" | "paused" | "offline" | "processing" | "done" | "failed" | "cancelled";

export function progressState({ files, fraction, paused, offline }: Progress): ProgressState {
  const left = files.filter(({ stage }) => stage !== "cancelled");
  const has = (...stages: string[]) => left.some(({ stage }) => stages.includes(stage));
  if (fraction >= 1) return "done";
  if (files.length && !left.length) return "cancelled";
  if (has("waiting", "uploading")) return paused ? "paused" : offline ? "offline" : "sending";
  return has("processing", "thumbnail_ready") ? "processing" : "failed";
}

/** The line under a progress bar. */
export function progressWords(progress: Progress): string {
  const { sentBytes, sizeBytes, bytesPerSecond, secondsLeft } = progress;
  const sent = `${humanBytes(sentBytes)} of ${humanBytes(sizeBytes)}`;
  const speed = bytesPerSecond ? [`${humanBytes(bytesPerSecond)}/s`] : [];
  const left = bytesPerSecond && secondsLeft ? [timeLeft(secondsLeft)] : [];
  const words = {
    sending: [sent, ...speed, ...left].join(" · "),
    paused: `Paused · ${sent}`,
    offline: `No connection, waiting · ${sent}`,
    processing: "Processing…",
    done: "Ready",
    failed: "Failed",
    cancelled: "Cancelled",
  };
  return words[progressState(progress)];
}
