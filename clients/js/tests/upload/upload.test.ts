/** Bytes arrive, whatever happens on the way; the server is a small one that misbehaves on demand. */
import { expect, test } from "vitest";
import {
  type Progress,
  Refused,
  Stopped,
  StoreRefused,
  type Transport,
  Unreachable,
  UploadGone,
  UploadIncomplete,
} from "../../src/index.js";
import { PART } from "../support/server.js";
import { bytesOf, clientOf, eventually, MIB, makeFile, startServer } from "../support/setup.js";
import { nodeTransport } from "../support/transport.js";

/** Long enough that a slow machine is not taken for a dead connection. */
const SILENCE = { stallS: 3, answerS: 3 };

const failureOf = async (promise: Promise<unknown>) => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UploadIncomplete);
  return (error as UploadIncomplete).failures;
};

test.each([
  ["directly, up to the threshold", 10 * MIB, 0],
  ["in parts of the client's choice, above it", 10 * MIB + 1, 3],
])("a file goes up %s", async (_, size, parts) => {
  const server = await startServer();
  server.directUpTo = 10 * MIB;
  server.partSize = null;
  const file = makeFile(size);
  const upload = clientOf(server).upload([file], { to: 2, text: "look" });
  await expect(upload.sent).resolves.toEqual({ messageId: 100, assetIds: [1], resumed: false });
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.uploads.get(1)?.parts.size).toBe(parts);
  expect(server.texts.get(100)).toBe("look");
  const done = await upload.done;
  expect(done.assets[0]).toMatchObject({ stage: "done", media_url: "http://media/1" });
  expect(upload.progress).toMatchObject({ fraction: 1, sentBytes: size, secondsLeft: 0 });
});

test("part URLs beyond the first page are asked for a page at a time", async () => {
  const server = await startServer();
  server.pageSize = 5;
  const file = makeFile(12 * PART - 1);
  await clientOf(server, { urlsPerPage: 5 }).upload([file], { to: 2 }).sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("POST /api/v1/chats/upload/prepare/")).toBe(1 + 2);
});

test("many files make one message, each is ready on its own", async () => {
  const server = await startServer();
  const files = [
    makeFile(1000, "a.jpg", "image/jpeg"),
    makeFile(3 * PART - 1, "b.mp4", "video/mp4"),
    makeFile(2000, "c.pdf"),
  ];
  const { assetIds, assets } = await clientOf(server).upload(files, { to: 2 }).done;
  expect(assetIds).toEqual([1, 2, 3]);
  expect(assets.map((asset) => asset.file_name)).toEqual(["a.jpg", "b.mp4", "c.pdf"]);
  for (const [index, file] of files.entries()) expect(server.body(index + 1).equals(await bytesOf(file))).toBe(true);
  expect(server.count("POST /api/v1/files/upload/")).toBe(1);
});

test("no more requests are under way than the budget says, over all files", async () => {
  const server = await startServer();
  const files = [makeFile(6 * PART, "a.gz"), makeFile(6 * PART, "b.gz"), makeFile(100, "c.gz")];
  server.fault("PUT /store/1/2", { status: 503 });
  let [open, most] = [0, 0];
  const transport: Transport = (request) => {
    most = Math.max(most, ++open);
    return nodeTransport(request).finally(() => open--);
  };
  await clientOf(server, { parallel: 2, transport }).upload(files, { to: 2 }).sent;
  expect(most).toBe(2);
  expect(server.requests.findIndex((each) => each.startsWith("PUT /store/3/"))).toBeLessThan(
    server.requests.findIndex((each) => each.startsWith("POST /api/v1/chats/upload/complete/")),
  );
});

test.each([
  ["status 503", { status: 503 }],
  ["status 500", { status: 500 }],
  ["status 429", { status: 429 }],
  ["a cut connection", { cutAfter: PART / 2 }],
])("a part that meets %s twice is sent a third time", async (_, how) => {
  const server = await startServer();
  const file = makeFile(3 * PART - 1);
  server.fault("PUT /store/1/2", { times: 2, ...how });
  await clientOf(server).upload([file], { to: 2 }).sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT /store/1/2")).toBe(3);
});

test("a part whose answer was lost is not sent again: the store is asked", async () => {
  const server = await startServer();
  const file = makeFile(3 * PART - 1);
  server.fault("PUT /store/1/2", { loseAnswer: true });
  await clientOf(server).upload([file], { to: 2 }).sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT /store/1/2")).toBe(1);
});

test("a store that answers 503 three times is given up, and the server's wait is kept", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { status: 503, times: 9, headers: { "Retry-After": "0" } });
  const [failure] = await failureOf(clientOf(server).upload([makeFile(10)], { to: 2 }).sent);
  expect(failure).toMatchObject({ index: 0, name: "a.gz", error: { code: "Faulty", status: 503 } });
  expect(server.count("PUT /store/1/0")).toBe(3);
});

test("a server that asks for a longer wait than ours is not asked again", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { status: 503, times: 9, headers: { "Retry-After": "31" } });
  const [failure] = await failureOf(clientOf(server).upload([makeFile(10)], { to: 2 }).sent);
  expect(failure.error.retryAfterS).toBe(31);
  expect(server.count("PUT /store/1/0")).toBe(1);
});

test("a short Retry-After is waited out", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { status: 503, headers: { "Retry-After": "1" } });
  const began = Date.now();
  await clientOf(server).upload([makeFile(10)], { to: 2 }).sent;
  expect(Date.now() - began).toBeGreaterThanOrEqual(990);
});

test("a store that falls silent is left and asked again", async () => {
  const server = await startServer();
  const file = makeFile(3 * PART - 1);
  server.fault("PUT /store/1/2", { stall: true });
  await clientOf(server, SILENCE).upload([file], { to: 2 }).sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT /store/1/2")).toBe(2);
});

test.each([
  ["a direct upload", 1, 0],
  ["a part", 3, 3],
])("a URL of %s that has expired is asked for again", async (_, parts, number) => {
  const server = await startServer();
  const file = makeFile(parts * PART);
  server.fault(`PUT /store/1/${number}`, { status: 403 });
  await clientOf(server).upload([file], { to: 2 }).sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("POST /api/v1/chats/upload/prepare/")).toBe(2);
});

test("when all URLs expire on the way, one page is asked for and the upload ends", async () => {
  const server = await startServer();
  const file = makeFile(40 * PART);
  const then = () => {
    server.urlAge = 1;
  };
  server.fault("PUT /store/1/12", { status: 503, then });
  await clientOf(server, { parallel: 2 }).upload([file], { to: 2 }).sent;
  expect(server.urlAge).toBe(1);
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("POST /api/v1/chats/upload/prepare/")).toBeLessThanOrEqual(3);
});

test("a URL that is known to be old is not tried", async () => {
  const server = await startServer();
  const client = clientOf(server);
  const upload = client.upload([makeFile(4 * PART)], { to: 2 });
  upload.pause();
  await eventually(() => upload.progress.messageId !== null);
  server.urlAge = 1;
  const real = Date.now;
  Date.now = () => real() + 3_600_000;
  try {
    upload.resume();
    await upload.sent;
  } finally {
    Date.now = real;
  }
  expect(server.count("PUT /store/1/")).toBe(4);
});

test("a store that refuses every fresh URL is given up", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { status: 403, times: 99 });
  const [failure] = await failureOf(clientOf(server).upload([makeFile(1000)], { to: 2 }).sent);
  expect(failure.error).toBeInstanceOf(StoreRefused);
  expect(server.count("PUT /store/1/0")).toBe(5);
});

test("a store that breaks every connection is told from an outage, and given up", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { times: 99 });
  const [failure] = await failureOf(clientOf(server).upload([makeFile(1000)], { to: 2 }).sent);
  expect(failure.error).toBeInstanceOf(Unreachable);
  expect(server.count("PUT /store/1/0")).toBe(6); // three tries, a fresh URL, three tries
});

test("a direct PUT whose answer was lost is not sent again: complete finds it", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { loseAnswer: true });
  await clientOf(server).upload([makeFile(1000)], { to: 2 }).sent;
  expect(server.count("PUT /store/1/0")).toBe(1);
});

test("a direct PUT that finds its object there goes on to complete", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { loseAnswer: true });
  server.fault("POST /api/v1/chats/upload/complete/", { status: 409 });
  await clientOf(server).upload([makeFile(1000)], { to: 2 }).sent;
  expect(server.count("PUT /store/1/0")).toBe(2);
});

test.each(["/chats/upload/prepare/", "/chats/upload/complete/"])("a lost answer of %s has one effect", async (path) => {
  const server = await startServer();
  server.fault(`POST /api/v1${path}`, { loseAnswer: true, times: 2 });
  await clientOf(server).upload([makeFile(1000)], { to: 2 }).sent;
  expect(server.uploads.size).toBe(1);
  expect(server.count(`POST /api/v1${path}`)).toBe(3);
});

test("parts that the store has lost are sent again", async () => {
  const server = await startServer();
  const file = makeFile(3 * PART - 1);
  const then = () => void server.uploads.get(1)?.parts.delete(2);
  server.fault("POST /api/v1/chats/upload/complete/", { status: 409, code: "parts_missing", then });
  const upload = clientOf(server).upload([file], { to: 2 });
  await upload.sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect([1, 2, 3].map((part) => server.count(`PUT /store/1/${part}`))).toEqual([1, 2, 1]);
});

test("where the page may not read ETags, the list of parts is left to the store", async () => {
  const server = await startServer();
  server.hideEtags = true;
  await clientOf(server).upload([makeFile(3 * PART - 1)], { to: 2 }).sent;
  expect(server.bodies.at(-1)).not.toHaveProperty("parts");
});

test("an upload that was given up elsewhere meanwhile says so", async () => {
  const server = await startServer();
  const then = () => Object.assign(server.uploads.get(1) ?? {}, { state: "aborted" });
  server.fault("PUT /store/1/5", { status: 503, then });
  const upload = clientOf(server, { parallel: 1 }).upload([makeFile(20 * PART)], { to: 2 });
  const [failure] = await failureOf(upload.sent);
  expect(failure.error).toBeInstanceOf(UploadGone);
});

test("one file that fails does not hold the others back", async () => {
  const server = await startServer();
  const files = ["a.gz", "b.gz", "c.gz"].map((name) => makeFile(1000, name));
  server.fault("PUT /store/2/0", { status: 400, times: 9 });
  const upload = clientOf(server).upload(files, { to: 2 });
  const failures = await failureOf(upload.sent);
  expect(failures.map(({ name }) => name)).toEqual(["b.gz"]);
  await failureOf(upload.done);
  expect([1, 2, 3].map((id) => server.uploads.get(id)?.state)).toEqual(["ready", "pending", "ready"]);
  expect(upload.progress.files.map(({ stage }) => stage)).toEqual(["done", "failed", "done"]);
});

test("a refused album sends nothing, and its fields are told", async () => {
  const server = await startServer();
  server.fault("POST /api/v1/files/upload/", { status: 415, code: "type_not_allowed" });
  const upload = clientOf(server).upload([makeFile(1), makeFile(2)], { to: 2 });
  await expect(upload.sent).rejects.toMatchObject({ code: "type_not_allowed", status: 415 });
  await expect(upload.done).rejects.toBeInstanceOf(Refused);
  expect(upload.progress.files.map(({ stage }) => stage)).toEqual(["failed", "failed"]);
  expect(server.count("PUT")).toBe(0);
});

test("what the published limits refuse is never sent", async () => {
  const server = await startServer();
  server.maxSize = 1 * MIB;
  const files = [makeFile(10), makeFile(2 * MIB, "big.gz"), new File(["<html>"], "x.html", { type: "text/html" })];
  const upload = clientOf(server).upload(files, { to: 2 });
  const error = await upload.sent.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "file_too_large",
    message: "“big.gz” is too large: at most 1 MiB are accepted here.",
  });
  expect((error as Refused).errors.map(({ field, code }) => [field, code])).toEqual([
    ["attachments.1.file_size", "file_too_large"],
    ["attachments.2.content_type", "type_not_allowed"],
  ]);
  expect(server.count("POST")).toBe(0);
});

test("sha256 is declared in base64", async () => {
  const server = await startServer();
  const file = new File(["hello"], "a.txt", { type: "text/plain" });
  await clientOf(server).upload([file], { to: 2, sha256: true }).sent;
  expect(server.bodies.map((body) => body.checksum_sha256)).toContain("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=");
});

test("a file that cannot be read any more is told from a broken connection", async () => {
  const server = await startServer();
  const broken = new File(["hello"], "a.txt", { type: "text/plain" });
  const unreadable = () => Promise.reject(new DOMException("gone", "NotReadableError"));
  const slice = () => Object.assign(new Blob(["hello"]), { arrayBuffer: unreadable, slice });
  Object.assign(broken, { arrayBuffer: unreadable, slice });
  const [failure] = await failureOf(clientOf(server).upload([broken], { to: 2 }).sent);
  expect(failure.error.code).toBe("file_changed");
});

test("an outage is waited out, and only what was on its way is sent again", async () => {
  const server = await startServer();
  const file = makeFile(20 * PART);
  const seen: Progress[] = [];
  const client = clientOf(server, { parallel: 2, patienceS: 20 });
  const upload = client.upload([file], { to: 2, onProgress: (progress) => seen.push(progress) });
  await eventually(() => (server.uploads.get(1)?.parts.size ?? 0) >= 6);
  await server.close();
  await eventually(() => upload.progress.offline);
  const had = server.uploads.get(1)?.parts.size ?? 0; // not before: what was read to its end is stored yet
  server.requests.length = 0;
  await server.listen();
  await upload.sent;
  expect(server.body().equals(await bytesOf(file))).toBe(true);
  expect(server.count("PUT /store/1/")).toBe(20 - had);
  expect(seen.some(({ offline }) => offline)).toBe(true);
  expect(upload.progress.offline).toBe(false);
});

test("an outage that outlasts our patience ends the upload", async () => {
  const server = await startServer();
  const client = clientOf(server, { patienceS: 0.2 });
  await client.config();
  await server.close();
  await expect(client.upload([makeFile(10)], { to: 2 }).sent).rejects.toBeInstanceOf(Unreachable);
  await server.listen();
});

test("a signal stops the upload at once and leaves it to be continued", async () => {
  const server = await startServer();
  server.fault("PUT /store/1/0", { stall: true });
  const stop = new AbortController();
  const upload = clientOf(server).upload([makeFile(10)], { to: 2, signal: stop.signal });
  await eventually(() => server.count("PUT") === 1);
  stop.abort();
  await expect(upload.sent).rejects.toMatchObject({ code: "stopped" });
  await expect(upload.done).rejects.toBeInstanceOf(Stopped);
  expect(server.uploads.get(1)?.state).toBe("pending");
});
