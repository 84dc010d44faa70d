/** A server that mounts the media service and no chat: sending, continuing, giving up. */
import { expect, test } from "vitest";
import { type Client, matchUnfinished } from "../../src/index.js";
import { declaredMedium, mediaSurface } from "../../src/upload/media.js";
import { PART, type SmallServer } from "../support/server.js";
import { bytesOf, clientOf, eventually, makeFile, startServer } from "../support/setup.js";

const partsOf = (server: SmallServer) => server.uploads.get(1)?.parts.size ?? 0;

const posts = (client: Client, before: (name: string) => void = () => {}) =>
  mediaSurface(client, {
    profile: "post-video",
    begin: (file, signal) => {
      before(file.file_name);
      const body = declaredMedium(file, "post-video");
      return client.api.request("POST", "/media/upload-session", { body, creates: true, signal });
    },
  });

async function withoutChat(): Promise<SmallServer> {
  const server = await startServer();
  server.mountsChat = false;
  return server;
}

/** An upload of twenty parts that is stopped when some have arrived; the requests are forgotten then. */
async function stopped(server: SmallServer, file: File) {
  const stop = new AbortController();
  const client = clientOf(server, { parallel: 2 });
  const upload = client.upload([file], { to: posts(client), signal: stop.signal });
  await eventually(() => partsOf(server) >= 5);
  stop.abort();
  await expect(upload.sent).rejects.toMatchObject({ code: "stopped" });
  await server.settle();
  return partsOf(server);
}

test.each([
  ["one PUT", 10],
  ["parts", 3 * PART + 1],
])("a file goes up by %s", async (_, size) => {
  const server = await withoutChat();
  const client = clientOf(server);
  const file = makeFile(size);
  const { messageId, assets } = await client.upload([file], { to: posts(client) }).done;
  expect(messageId).toBeNull();
  expect(assets.map(({ stage }) => stage)).toEqual(["done"]);
  expect(server.body().equals(await bytesOf(file))).toBe(true);
});

test("several files go up, each by a session of its own", async () => {
  const server = await withoutChat();
  const client = clientOf(server);
  const files = ["a.gz", "b.gz", "c.gz"].map((name) => makeFile(10, name));
  const { assetIds } = await client.upload(files, { to: posts(client) }).done;
  expect(assetIds).toEqual([1, 2, 3]);
  expect(server.count("POST /api/v1/media/upload-session")).toBe(3);
});

test("of several files nothing is left begun when one is refused", async () => {
  const server = await withoutChat();
  const client = clientOf(server);
  const to = posts(client, (name) => {
    if (name === "c.gz") server.fault("POST /api/v1/media/upload-session", { status: 415, code: "type_not_allowed" });
  });
  const files = ["a.gz", "b.gz", "c.gz"].map((name) => makeFile(10, name));
  await expect(client.upload(files, { to }).sent).rejects.toMatchObject({ code: "type_not_allowed" });
  expect([...server.uploads.values()].map(({ state }) => state)).toEqual(["aborted", "aborted"]);
});

test("parts whose addresses are old get fresh ones", async () => {
  const server = await withoutChat();
  const then = () => Object.assign(server, { urlAge: 1 });
  server.fault("PUT /store/1/2", { status: 403, then });
  const client = clientOf(server, { parallel: 1 });
  const file = makeFile(3 * PART);
  await client.upload([file], { to: posts(client) }).sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("GET /api/v1/media/1/urls")).toBeGreaterThan(0);
});

test("an upload that was stopped goes on with the missing parts only", async () => {
  const server = await withoutChat();
  const file = makeFile(20 * PART);
  const had = await stopped(server, file);
  const client = clientOf(server);
  const done = await client.resume(matchUnfinished(await client.unfinished(), [file])).done;
  expect(done).toMatchObject({ messageId: null, assetIds: [1], resumed: true });
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT /store/1/")).toBe(20 - had);
});

test("an upload that nobody goes on with is given up", async () => {
  const server = await withoutChat();
  await stopped(server, makeFile(20 * PART));
  await clientOf(server).abort(1);
  expect(server.uploads.get(1)?.state).toBe("aborted");
});

test("one that is cancelled is given up", async () => {
  const server = await withoutChat();
  const client = clientOf(server, { parallel: 2 });
  const upload = client.upload([makeFile(20 * PART)], { to: posts(client) });
  await eventually(() => partsOf(server) >= 5);
  await upload.cancel();
  await expect(upload.sent).rejects.toMatchObject({ code: "cancelled" });
  expect(server.uploads.get(1)?.state).toBe("aborted");
});
