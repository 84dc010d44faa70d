/** Pause, cancel, continue: here, after a reload and on another device. */
import { expect, test } from "vitest";
import { type ClientOptions, matchUnfinished, type Upload } from "../../src/index.js";
import type { Transport } from "../../src/network/put.js";
import { PART, type SmallServer } from "../support/server.js";
import { bytesOf, clientOf, eventually, MemoryStorage, makeFile, startServer } from "../support/setup.js";
import { nodeTransport } from "../support/transport.js";

const partsOf = (server: SmallServer, id = 1) => server.uploads.get(id)?.parts.size ?? 0;

/** An upload of twenty parts that is stopped when some have arrived; the requests are forgotten then. */
async function stopped(server: SmallServer, file: File, options: ClientOptions = {}, text = "one") {
  const stop = new AbortController();
  const upload = clientOf(server, { parallel: 2, ...options }).upload([file], { to: 2, text, signal: stop.signal });
  await eventually(() => partsOf(server) >= 5);
  stop.abort();
  await expect(upload.sent).rejects.toMatchObject({ code: "stopped" });
  await server.settle();
  return partsOf(server);
}

test("a pause stops the bytes at once, and what has arrived is not sent again", async () => {
  const server = await startServer();
  const file = makeFile(20 * PART);
  const upload: Upload = clientOf(server, { parallel: 2 }).upload([file], { to: 2 });
  await eventually(() => partsOf(server) >= 5);
  upload.pause();
  await server.settle();
  const had = partsOf(server);
  await new Promise((later) => setTimeout(later, 100));
  expect(server.count("PUT")).toBe(0);
  expect(upload.progress.paused).toBe(true);
  upload.resume();
  await upload.sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT")).toBe(20 - had);
});

test("a part that the store has when the pause breaks off its answer is not sent again", async () => {
  const server = await startServer();
  let isDeaf = true;
  /** Tells nothing of the bytes that go out, as a browser does which is slower with that than the network; at first hears no answer. */
  const transport: Transport = async (request) => {
    const answer = await nodeTransport({ ...request, onProgress: () => {} });
    if (isDeaf) await new Promise((_, lost) => request.signal.addEventListener("abort", lost));
    return answer;
  };
  const file = makeFile(20 * PART);
  const upload = clientOf(server, { parallel: 3, transport }).upload([file], { to: 2 });
  await eventually(() => partsOf(server) === 3);
  isDeaf = false;
  upload.pause();
  await server.settle();
  upload.resume();
  await upload.sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT")).toBe(17);
  expect(server.requests.filter((line) => line.startsWith("GET") && line.includes("/parts")).length).toBe(1);
});

test("what another device sends during a pause is not sent again", async () => {
  const server = await startServer();
  const file = makeFile(20 * PART);
  const upload = clientOf(server, { parallel: 2 }).upload([file], { to: 2, text: "one" });
  await eventually(() => partsOf(server) >= 3);
  upload.pause();
  await server.settle();
  const had = partsOf(server);
  const elsewhere = new AbortController();
  const { sent } = clientOf(server, { parallel: 2 }).upload([file], { to: 2, text: "one", signal: elsewhere.signal });
  await eventually(() => partsOf(server) >= had + 5);
  elsewhere.abort();
  await expect(sent).rejects.toMatchObject({ code: "stopped" });
  await server.settle();
  const left = 20 - partsOf(server);
  expect(left).toBeGreaterThan(0);
  upload.resume();
  await upload.sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT")).toBe(left);
});

test("an upload that is cancelled is aborted at the server", async () => {
  const server = await startServer();
  const storage = new MemoryStorage();
  const upload = clientOf(server, { parallel: 2, storage }).upload([makeFile(20 * PART)], { to: 2 });
  await eventually(() => partsOf(server) >= 5);
  await upload.cancel();
  await expect(upload.sent).rejects.toMatchObject({ code: "cancelled" });
  expect(server.uploads.get(1)?.state).toBe("aborted");
  expect(upload.progress.files[0]?.stage).toBe("cancelled");
  expect(storage.items.size).toBe(0);
});

test("an upload that is cancelled while it is prepared leaves nothing behind", async () => {
  const server = await startServer();
  const upload = clientOf(server).upload([makeFile(10)], { to: 2 });
  await upload.cancel();
  expect(server.uploads.get(1)?.state).toBe("aborted");
});

test("one file of an album is cancelled, and the others go on without it", async () => {
  const server = await startServer();
  server.fault("PUT /store/2/0", { stall: true });
  const upload = clientOf(server).upload([makeFile(10, "a.gz"), makeFile(20, "b.gz")], { to: 2 });
  await eventually(() => server.count("PUT /store/2/0") === 1);
  await upload.cancel(1);
  const { assets } = await upload.done;
  expect(assets.map((asset) => asset.asset_id)).toEqual([1]);
  expect(server.uploads.get(2)?.state).toBe("aborted");
  expect(upload.progress).toMatchObject({ fraction: 1, sizeBytes: 10 });
});

test.each([
  ["after a reload", true],
  ["on another device", false],
])("the same call continues %s with the missing parts only", async (_, sameBrowser) => {
  const server = await startServer();
  const file = makeFile(20 * PART);
  const storage = new MemoryStorage();
  const had = await stopped(server, file, { storage });
  const upload = clientOf(server, sameBrowser ? { storage } : {}).upload([file], { to: 2, text: "one" });
  await expect(upload.sent).resolves.toEqual({ messageId: 100, assetIds: [1], resumed: true });
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT /store/1/")).toBe(20 - had);
  expect(server.uploads.size).toBe(1);
  expect(storage.items.size).toBe(sameBrowser ? 0 : 1);
});

test.each([
  ["after a reload", true],
  ["on another device", false],
])("another file of the same name and size is a new upload %s", async (_, sameBrowser) => {
  const server = await startServer();
  const storage = new MemoryStorage();
  await stopped(server, makeFile(20 * PART), { storage });
  const other = makeFile(20 * PART);
  const { sent } = clientOf(server, sameBrowser ? { storage } : {}).upload([other], { to: 2, text: "one" });
  await expect(sent).resolves.toMatchObject({ assetIds: [2], resumed: false });
  expect(server.body(2).equals(await bytesOf(other))).toBe(true);
});

test("where ETags are no MD5, another device takes the stored parts on trust", async () => {
  const server = await startServer();
  server.weakEtags = true;
  const file = makeFile(20 * PART);
  await stopped(server, file);
  await expect(clientOf(server).upload([file], { to: 2, text: "one" }).sent).resolves.toMatchObject({ resumed: true });
  expect(server.body().equals(await bytesOf(file))).toBe(true);
});

test.each([
  ["another text", { text: "two" }],
  ["a call that does not want to", { text: "one", resume: false }],
])("%s is a new upload", async (_, how) => {
  const server = await startServer();
  const file = makeFile(20 * PART);
  await stopped(server, file);
  await expect(clientOf(server).upload([file], { to: 2, ...how }).sent).resolves.toMatchObject({ resumed: false });
});

test("an album continues in its message and leaves alone what has arrived", async () => {
  const server = await startServer();
  const files = [makeFile(10, "a.gz"), makeFile(20 * PART, "b.gz"), makeFile(20, "c.gz")];
  server.fault("PUT /store/2/9", { status: 400 });
  await expect(clientOf(server).upload(files, { to: 2 }).sent).rejects.toMatchObject({ code: "Faulty" });
  await server.settle();
  const { assets, assetIds } = await clientOf(server).upload(files, { to: 2 }).done;
  expect(assetIds).toEqual([1, 2, 3]);
  expect(assets.every(({ stage }) => stage === "done")).toBe(true);
  expect(server.count("PUT /store/1/") + server.count("PUT /store/3/")).toBe(0);
});

test("a direct upload is continued with a fresh URL", async () => {
  const server = await startServer();
  const file = makeFile(10);
  server.fault("PUT /store/1/0", { status: 400 });
  await expect(clientOf(server).upload([file], { to: 2 }).sent).rejects.toThrow();
  server.urlAge = 7;
  await expect(clientOf(server).upload([file], { to: 2 }).sent).resolves.toMatchObject({ resumed: true });
  expect(server.count("PUT /store/1/0")).toBe(2);
});

test("the same file sent twice at once is two messages", async () => {
  const server = await startServer();
  const client = clientOf(server);
  const file = makeFile(3 * PART);
  const [first, second] = await Promise.all([1, 2].map(() => client.upload([file], { to: 2 }).sent));
  expect(first?.assetIds).not.toEqual(second?.assetIds);
  expect(server.texts.size).toBe(2);
});

test("unfinished uploads are listed and go on with files that are picked again", async () => {
  const server = await startServer();
  const file = makeFile(20 * PART);
  const had = await stopped(server, file);
  const client = clientOf(server);
  const unfinished = await client.unfinished();
  const matches = matchUnfinished(unfinished, [makeFile(7, "other.gz"), file]);
  expect(matches.map(({ upload }) => upload.asset_id)).toEqual([1]);
  const done = await client.resume(matches).done;
  expect(done).toMatchObject({ messageId: 100, assetIds: [1], resumed: true });
  expect(server.count("PUT /store/1/")).toBe(20 - had);
});

test("a file that is not the one whose upload was begun does not go on with it", async () => {
  const server = await startServer();
  await stopped(server, makeFile(20 * PART));
  const client = clientOf(server);
  const upload = client.resume(matchUnfinished(await client.unfinished(), [makeFile(20 * PART)]));
  await expect(upload.sent).rejects.toMatchObject({ code: "another_file" });
  expect(server.count("PUT")).toBe(0);
});

test("an upload that is being sent from here is not offered to be continued", async () => {
  const server = await startServer();
  const client = clientOf(server);
  const upload = client.upload([makeFile(10)], { to: 2 });
  upload.pause();
  await eventually(() => upload.progress.messageId !== null);
  await expect(client.unfinished()).resolves.toEqual([]);
  upload.resume();
  await upload.sent;
});
