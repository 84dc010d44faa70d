/** One line for people and for screen readers. */
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { FileProgress, Progress } from "../../src/index.js";
import { UploadProgress } from "../../src/react/UploadProgress.js";
import { clock } from "../../src/react/words.js";
import "./support.js";

const MIB = 1024 * 1024;
const file = (more: Partial<FileProgress> = {}): FileProgress => ({
  ...{ index: 0, name: "a.jpg", assetId: 1, sizeBytes: 10 * MIB, sentBytes: 4 * MIB, stage: "uploading" },
  ...{ fraction: 0.32, asset: null, error: null },
  ...more,
});
const sending: Progress = {
  ...{ files: [file()], messageId: 7, sizeBytes: 10 * MIB, sentBytes: 4 * MIB, fraction: 0.32 },
  ...{ bytesPerSecond: 2 * MIB, secondsLeft: 3, paused: false, offline: false },
};

test.each<[string, Partial<Progress>, string, string]>([
  ["sent", {}, "sending", "4 MiB of 10 MiB · 2 MiB/s · 3 s left"],
  ["sent, how fast is not known yet", { bytesPerSecond: 0, secondsLeft: null }, "sending", "4 MiB of 10 MiB"],
  ["paused", { paused: true }, "paused", "Paused · 4 MiB of 10 MiB"],
  ["cut off", { offline: true }, "offline", "No connection, waiting · 4 MiB of 10 MiB"],
  ["processed", { sentBytes: 10 * MIB, files: [file({ stage: "processing" })] }, "processing", "Processing…"],
  ["ready", { fraction: 1, sentBytes: 10 * MIB, files: [file({ stage: "done" })] }, "done", "Ready"],
  ["failed", { files: [file({ stage: "failed" })] }, "failed", "Failed"],
])("what is being %s says so", (_, how, state, words) => {
  const { container } = render(<UploadProgress progress={{ ...sending, ...how }} label="3 photos" />);
  const percent = Math.floor(100 * (how.fraction ?? 0.32));
  const bar = screen.getByRole("progressbar", { name: "3 photos" });
  expect(bar.getAttribute("aria-valuenow")).toBe(String(percent));
  expect(bar.getAttribute("aria-valuetext")).toBe(`${percent} %, ${words}`);
  expect(container.firstElementChild?.getAttribute("data-state")).toBe(state);
  expect(container.textContent).toContain(words);
});

test("it is paused while it runs, resumed while it rests, and cancelled in both", () => {
  const actions = { onPause: vi.fn(), onResume: vi.fn(), onCancel: vi.fn() };
  const { rerender } = render(<UploadProgress progress={sending} {...actions} />);
  expect(screen.queryByRole("button", { name: "Resume Upload" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Pause Upload" }));
  rerender(<UploadProgress progress={{ ...sending, paused: true }} {...actions} />);
  expect(screen.queryByRole("button", { name: "Pause Upload" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: "Resume Upload" }));
  fireEvent.click(screen.getByRole("button", { name: "Cancel Upload" }));
  for (const action of Object.values(actions)) expect(action).toHaveBeenCalledTimes(1);
});

test("when all bytes are there, there is nothing to pause or to cancel", () => {
  const there = { ...sending, sentBytes: 10 * MIB, files: [file({ stage: "processing" })] };
  render(<UploadProgress progress={there} onPause={() => {}} onCancel={() => {}} />);
  expect(screen.queryByRole("button")).toBeNull();
});

test.each([
  [0.4, "0:00"],
  [59.6, "1:00"],
  [3599, "59:59"],
  [3723, "1:02:03"],
])("%d seconds are %s", (seconds, text) => {
  expect(clock(seconds)).toBe(text);
});
