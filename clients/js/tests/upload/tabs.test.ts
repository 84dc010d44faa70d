/** Two tabs of one browser with the same files. */
import { expect, test } from "vitest";
import { openBrowser } from "../support/locks.js";
import { PART, type SmallServer } from "../support/server.js";
import { bytesOf, clientOf, eventually, makeFile, startServer } from "../support/setup.js";

/** A tab that has sent some of twenty parts and is still at it: the store is slow to answer for one of them. */
async function halfway(server: SmallServer, file: File) {
  server.fault("PUT /store/1/9", { stall: true });
  const stop = new AbortController();
  const upload = clientOf(server, { parallel: 2 }).upload([file], { to: 2, text: "one", signal: stop.signal });
  upload.sent.catch(() => {});
  await eventually(() => server.uploads.get(1)?.parts.size === 19);
  server.requests.length = 0;
  return { upload, stop };
}

const twice = { to: 2, text: "one" };

test("a second tab waits and looks on while the first one sends, and neither sends a part of the other", async () => {
  openBrowser();
  const server = await startServer();
  const file = makeFile(20 * PART);
  const { upload } = await halfway(server, file);
  const second = clientOf(server).upload([file], twice);
  await eventually(() => second.progress.sentBytes === 19 * PART);
  expect(server.count("PUT")).toBe(0);
  upload.pause(); // breaks off the part that is never answered
  upload.resume();
  await Promise.all([upload.done, second.done]);
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT")).toBe(1);
  expect(second.progress.fraction).toBe(1);
});

test("when the first tab goes away, the second sends what is missing", async () => {
  openBrowser();
  const server = await startServer();
  const file = makeFile(20 * PART);
  const { stop } = await halfway(server, file);
  const second = clientOf(server).upload([file], twice);
  await eventually(() => second.progress.sentBytes === 19 * PART);
  stop.abort();
  await expect(second.sent).resolves.toMatchObject({ assetIds: [1], resumed: true });
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT")).toBe(1);
});

test("a second tab that is stopped while it waits leaves the first one alone", async () => {
  openBrowser();
  const server = await startServer();
  const file = makeFile(20 * PART);
  const { upload } = await halfway(server, file);
  const stop = new AbortController();
  const second = clientOf(server).upload([file], { ...twice, signal: stop.signal });
  await eventually(() => second.progress.sentBytes === 19 * PART);
  stop.abort();
  await expect(second.sent).rejects.toMatchObject({ code: "stopped" });
  upload.pause();
  upload.resume();
  await expect(upload.sent).resolves.toMatchObject({ assetIds: [1] });
});

test("what another tab is sending is not offered to be continued", async () => {
  openBrowser();
  const server = await startServer();
  const { stop } = await halfway(server, makeFile(20 * PART));
  const other = clientOf(server);
  await expect(other.unfinished()).resolves.toEqual([]);
  stop.abort();
  await eventually(() => server.openPuts === 0);
  await expect(other.unfinished()).resolves.toMatchObject([{ asset_id: 1 }]);
});

test("where there are no Web Locks, the second tab sends too", async () => {
  openBrowser({ hasLocks: false });
  const server = await startServer();
  const file = makeFile(20 * PART);
  await halfway(server, file);
  await clientOf(server).upload([file], twice).sent;
  expect(server.count("PUT /store/1/9")).toBe(1);
});
