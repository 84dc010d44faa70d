/** One line from 0 to ready. */
import { expect, test } from "vitest";
import { ProcessingFailed, type Progress, UploadIncomplete } from "../../src/index.js";
import { createTracker } from "../../src/upload/progress.js";
import { createSpeed } from "../../src/upload/speed.js";
import { PART } from "../support/server.js";
import { clientOf, eventually, makeFile, startServer } from "../support/setup.js";

test("the line never falls, ends at 1, and each part is told apart", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/2", { loseAnswer: true });
  const told: Progress[] = [];
  const file = makeFile(20 * PART);
  const upload = clientOf(server).upload([file], { to: 2, onProgress: (progress) => told.push(progress) });
  await upload.done;
  const line = told.map(({ fraction }) => fraction);
  expect(line).toEqual([...line].sort((a, b) => a - b));
  expect(line.at(-1)).toBe(1);
  expect(upload.parts(0).map(({ number, sentBytes }) => [number, sentBytes])).toEqual(
    Array.from({ length: 20 }, (_, index) => [index + 1, PART]),
  );
});

test("after the bytes the line follows the processing, and a slow file shows its percentage", async () => {
  const server = await startServer();
  server.processes = false;
  const upload = clientOf(server).upload([makeFile(100)], { to: 2 });
  await upload.sent;
  const asset = server.uploads.get(1);
  if (!asset) throw new Error("no upload");
  expect(upload.progress.fraction).toBeCloseTo(0.8);
  server.tell(asset, { stage: "thumbnail_ready", state: "processing", progress: 50 });
  await eventually(() => upload.progress.files[0]?.stage === "thumbnail_ready");
  expect(upload.progress.fraction).toBeCloseTo(0.9);
  server.tell(asset, { stage: "thumbnail_ready", state: "processing", progress: 100 });
  await eventually(() => upload.progress.fraction > 0.98);
  expect(upload.progress.fraction).toBeLessThan(1);
  server.tell(asset, { stage: "done", state: "ready" });
  await upload.done;
  expect(upload.progress.fraction).toBe(1);
});

test.each([
  ["failed", true],
  ["rejected", false],
])("a file whose processing ends %s rejects with the server's reason", async (state, retryable) => {
  const server = await startServer();
  server.processes = false;
  const upload = clientOf(server).upload([makeFile(100)], { to: 2 });
  await upload.sent;
  const asset = server.uploads.get(1);
  if (!asset) throw new Error("no upload");
  server.tell(asset, { stage: "failed", state, error: { code: "timeout", reason: "It took too long.", retryable } });
  const error = (await upload.done.catch((thrown: unknown) => thrown)) as UploadIncomplete;
  expect(error).toBeInstanceOf(UploadIncomplete);
  const [{ error: cause }] = error.failures;
  expect(cause).toBeInstanceOf(ProcessingFailed);
  expect(cause).toMatchObject({ code: "timeout", message: "It took too long.", retryable });
});

test("an album's line is that of its bytes, and what was stored before moved no byte now", async () => {
  const server = await startServer();
  server.processes = false;
  const upload = clientOf(server).upload([makeFile(900, "a.gz"), makeFile(100, "b.gz")], { to: 2 });
  await upload.sent;
  const [first] = [...server.uploads.values()];
  if (!first) throw new Error("no upload");
  server.tell(first, { stage: "done", state: "ready" });
  await eventually(() => upload.progress.files[0]?.stage === "done");
  expect(upload.progress.fraction).toBeCloseTo(0.9 + 0.1 * 0.8);
});

test("without following, done is sent and no stream is opened", async () => {
  const server = await startServer();
  const client = clientOf(server);
  await client.upload([makeFile(100)], { to: 2, follow: false }).done;
  expect(server.count("GET /api/v1/events/")).toBe(0);
  expect(client.events.status).toBe("idle");
});

test("the stream ends with the last upload that listens", async () => {
  const server = await startServer();
  const client = clientOf(server);
  await client.upload([makeFile(100)], { to: 2 }).done;
  expect(client.events.status).toBe("idle");
});

test("speed is that of the last seconds, and unknown at first", () => {
  let now = 0;
  const speed = createSpeed(() => now);
  speed.moved(1_000_000);
  expect(speed.bytesPerSecond()).toBe(0);
  for (now = 1_000; now <= 10_000; now += 1_000) speed.moved(1_000_000);
  now = 10_000;
  expect(speed.bytesPerSecond()).toBeCloseTo(1_000_000, -5);
  now = 18_001;
  expect(speed.bytesPerSecond()).toBeLessThan(150_000);
});

test("a late word of bytes takes no file back", () => {
  const file = new File(["12345"], "a.gz");
  const tracker = createTracker([file], undefined, () => ({ paused: false, offline: false }));
  tracker.sent(0, 0, 5, 5);
  tracker.arrived(0);
  tracker.sent(0, 0, 5, 0);
  expect(tracker.progress.files[0]).toMatchObject({ stage: "processing", sentBytes: 5 });
});
