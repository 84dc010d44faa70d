/** Requests carry who asks; refusals are typed, with the server's code and sentence. */
import { expect, test } from "vitest";
import {
  type EventFrame,
  NotLoggedIn,
  NotThere,
  ServerBusy,
  type Tokens,
  Unreachable,
  WrongState,
} from "../src/index.js";
import type { SmallServer } from "./support/server.js";
import { clientOf, makeFile, startServer } from "./support/setup.js";

test.each([
  [401, NotLoggedIn, 1],
  [404, NotThere, 1],
  [409, WrongState, 1],
  [503, ServerBusy, 3],
])("status %i is %o, after %3$i tries", async (status, Kind, tries) => {
  const server = await startServer();
  server.fault("GET /api/v1/users/me", { status, code: "a_code", times: 9 });
  const error = await clientOf(server)
    .me()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Kind);
  expect(error).toMatchObject({ status, code: "a_code", message: "Told to fail." });
  expect(server.count("GET /api/v1/users/me")).toBe(tries);
});

test("a repeat that meets its own first try, which still runs, is repeated once more", async () => {
  const server = await startServer();
  const path = "POST /api/v1/chats/upload/prepare/";
  server.fault(path, { status: 409, code: "idempotency_in_progress", times: 2 });
  await clientOf(server).upload([makeFile(1000)], { to: 2 }).sent;
  expect([server.uploads.size, server.count(path)]).toEqual([1, 3]);
});

test("a token that has run out is exchanged once for all who wait, and the new pair is told", async () => {
  const server = await startServer();
  const told: Tokens[] = [];
  const client = clientOf(server, { token: "old", refreshToken: "refresh", onTokens: (tokens) => told.push(tokens) });
  await Promise.all([client.unfinished(), client.unfinished(), client.unfinished()]);
  expect(told).toEqual([{ access: "renewed", refresh: "refresh" }]);
  expect(server.count("POST /api/v1/auth/token/refresh")).toBe(1);
});

// Without the fixed token of the tests' other clients.
const withGetToken = (server: SmallServer, getToken: (refused?: string) => string) =>
  clientOf(server, { token: undefined as never, getToken });

test("getToken is asked once for all who wait, and again when the server has refused what it gave", async () => {
  const server = await startServer();
  const refused: (string | undefined)[] = [];
  const client = withGetToken(server, (old) => {
    refused.push(old);
    return old ? "good" : "stale";
  });
  await Promise.all([client.unfinished(), client.unfinished()]);
  await client.unfinished();
  expect(refused).toEqual([undefined, "stale"]);
});

test("a first token is used until it is refused, then getToken is asked", async () => {
  const server = await startServer();
  const refused: (string | undefined)[] = [];
  const getToken = (old?: string) => {
    refused.push(old);
    return "good";
  };
  await clientOf(server, { token: "stale", getToken }).unfinished();
  expect(refused).toEqual(["stale"]);
});

test("a getToken that gives what was refused leaves nobody logged in", async () => {
  const client = withGetToken(await startServer(), () => "stale");
  await expect(client.unfinished()).rejects.toBeInstanceOf(NotLoggedIn);
});

test("a getToken that fails is asked again, and then told as a network that is away", async () => {
  const server = await startServer();
  let asked = 0;
  const client = withGetToken(server, () => {
    asked++;
    throw new TypeError("Failed to fetch");
  });
  const error = await client.unfinished().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Unreachable);
  expect(error).toMatchObject({ code: "token_unavailable", cause: { message: "Failed to fetch" } });
  expect(asked).toBe(3);
});

test("a list is read to its end", async () => {
  const server = await startServer();
  for (let id = 0; id < 3; id++) server.add(1, { file_name: `${id}`, file_size: 1 });
  expect((await clientOf(server).unfinished()).map(({ file_name }) => file_name)).toEqual(["0", "1", "2"]);
});

test("messages that are read are taken into the store", async () => {
  const server = await startServer();
  server.texts.set(100, "look");
  server.add(100, { file_name: "a", file_size: 1 });
  const client = clientOf(server);
  await client.messages(2);
  expect(client.store.getState().messages[100]).toMatchObject({ text: "look", receiver_id: 2, asset_ids: [1] });
});

test("an asset that is asked for again has its fresh addresses in the store, and gives way to what is told meanwhile", async () => {
  const server = await startServer();
  server.texts.set(100, "look");
  const upload = server.add(100, { file_name: "a", file_size: 1 });
  const client = clientOf(server);
  await client.messages(2);
  const shown = () => client.store.getState().assets[1]?.asset;
  server.extras.set(1, { thumbnail_url: "http://media/1?sign=2" });
  await client.asset(1);
  expect(shown()?.thumbnail_url).toBe("http://media/1?sign=2");
  const fact = { ...server.tell(upload, { stage: "done", thumbnail_url: "http://media/1?sign=3" }), seq: 9 };
  const asked = client.asset(1);
  client.store.dispatch(fact as unknown as EventFrame);
  await asked;
  expect(shown()).toMatchObject({ stage: "done", thumbnail_url: "http://media/1?sign=3" });
});
