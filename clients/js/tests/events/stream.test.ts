/** Each event once and in order: over sockets that break, and over none at all. */
import { expect, onTestFinished, test } from "vitest";
import {
  createEventStream,
  EMPTY_STATE,
  type EventFrame,
  type EventStream,
  NotLoggedIn,
  reduce,
  type StreamOptions,
} from "../../src/index.js";
import type { SmallServer } from "../support/server.js";
import { clientOf, eventually, startServer } from "../support/setup.js";
import type { Talk } from "../support/websocket.js";

const frame = (seq: number | null, data: object = {}) => ({
  type: "chat_message_update",
  seq,
  data: { asset_id: 1, ...data },
});

const QUICK: StreamOptions = { pollEveryS: 0.02, reconnect: { firstDelayS: 0.01, longestDelayS: 0.02 } };

function listen(server: SmallServer, options: StreamOptions = {}, token = "good") {
  const seen: EventFrame[] = [];
  const stream = createEventStream(clientOf(server, { token }).api, { ...QUICK, ...options });
  onTestFinished(stream.subscribe((each) => seen.push(each)));
  const seqs = () => seen.map(({ seq }) => seq);
  return { stream, seen, seqs };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const talks = (server: SmallServer, script: (talk: Talk, nth: number) => void) => {
  const opened: Talk[] = [];
  server.socket = (talk) => script(talk, opened.push(talk));
  return opened;
};
const isOpen = (stream: EventStream) => () => stream.status === "open";

test("events come over a socket that is opened with a ticket and the last seq", async () => {
  const server = await startServer();
  const opened = talks(server, ({ send }) => [6, 7].map((seq) => send(frame(seq))));
  const { stream, seqs } = listen(server, { after: 5 });
  await eventually(() => seqs().length === 2);
  expect(seqs()).toEqual([6, 7]);
  expect(opened[0]).toMatchObject({ after: 5, ticket: "t" });
  expect(stream).toMatchObject({ status: "open", after: 7 });
});

test("a socket that breaks after every frame loses and repeats nothing", async () => {
  const server = await startServer();
  server.events = numbers(1, 6).map((seq) => frame(seq));
  const opened = talks(server, ({ after, send, cut }) => {
    for (const seq of [after, after + 1]) if (seq > 0 && seq < 7) send(frame(seq)); // the one before the cursor comes again
    setTimeout(cut, 5);
  });
  const { seqs } = listen(server, { after: 0 });
  await eventually(() => seqs().length >= 6);
  expect(seqs()).toEqual(numbers(1, 6));
  const afters = opened.map(({ after }) => after);
  expect(afters).toEqual([...afters].sort((a, b) => a - b));
});

test("frames that were left out are fetched before the one that shows it", async () => {
  const server = await startServer();
  server.events = numbers(1, 7).map((seq) => frame(seq));
  talks(server, ({ send }) => [2, 7, 5].map((seq) => send(frame(seq))));
  const { seqs } = listen(server, { after: 1 });
  await eventually(() => seqs().length === 6);
  expect(seqs()).toEqual(numbers(2, 7));
});

test("progress passes through and moves no cursor", async () => {
  const server = await startServer();
  talks(server, ({ send }) => [frame(1), frame(null, { progress: 40 }), frame(2)].map(send));
  const { stream, seqs } = listen(server, { after: 0 });
  await eventually(() => seqs().length === 3);
  expect(seqs()).toEqual([1, null, 2]);
  expect(stream.after).toBe(2);
});

test("where events are gone the hint of it passes through, and what is left comes", async () => {
  const server = await startServer();
  server.events = numbers(6, 9).map((seq) => frame(seq));
  const hint = { type: "events_pruned", seq: null, data: { after: 2, first_seq: 6 } };
  talks(server, ({ after, send }) => after === 2 && [hint, ...numbers(6, 9).map((seq) => frame(seq))].map(send));
  const { stream, seen, seqs } = listen(server, { after: 2 });
  await eventually(() => seqs().length === 5);
  expect(seqs()).toEqual([null, 6, 7, 8, 9]);
  expect(seen[0]).toEqual(hint);
  expect(stream.after).toBe(9);
  expect(reduce(EMPTY_STATE, seen[0] as EventFrame)).toBe(EMPTY_STATE);
});

test("without any socket events come by polling, every page of them", async () => {
  const server = await startServer();
  server.events = numbers(1, 450).map((seq) => frame(seq));
  const { stream, seqs } = listen(server, { after: 3 });
  await eventually(() => seqs().length === 447);
  expect(seqs()).toEqual(numbers(4, 450));
  await eventually(() => stream.status === "polling");
  server.events.push(frame(451));
  await eventually(() => seqs().at(-1) === 451);
});

test("events that are gone are a gap in what is polled, from the place where the stream began", async () => {
  const server = await startServer();
  server.events = [1, 2].map((seq) => frame(seq));
  const stream = createEventStream(clientOf(server).api, QUICK);
  const gaps: [number, number][] = [];
  let last = stream.after;
  stream.onStatus(() => (last ??= stream.after));
  onTestFinished(
    stream.subscribe(({ seq }) => {
      if (seq === null) return;
      if (last !== null && seq > last + 1) gaps.push([last, seq]);
      last = seq;
    }),
  );
  await eventually(() => stream.status === "polling");
  server.events = [8, 9].map((seq) => frame(seq));
  await eventually(() => stream.after === 9);
  expect(gaps).toEqual([[2, 8]]);
  server.events = [15].map((seq) => frame(seq));
  await eventually(() => stream.after === 15);
  expect(gaps).toEqual([
    [2, 8],
    [9, 15],
  ]);
});

test("a socket that comes back ends the polling", async () => {
  const server = await startServer();
  const { stream, seqs } = listen(server, { after: 0 });
  await eventually(() => stream.status === "polling");
  talks(server, ({ after, send }) => send(frame(after + 1)));
  await eventually(isOpen(stream));
  await eventually(() => seqs().length === 1);
});

test("without a place to begin it begins with what is new", async () => {
  const server = await startServer();
  server.events = numbers(1, 9).map((seq) => frame(seq));
  const opened = talks(server, ({ after, send }) => send(frame(after + 1)));
  const { seqs } = listen(server);
  await eventually(() => seqs().length === 1);
  expect(opened[0]?.after).toBe(9);
});

test.each([4403, 4400, 1008])("a socket closed with %i is not opened again: polling goes on", async (code) => {
  const server = await startServer();
  const opened = talks(server, ({ close }) => close(code));
  const { stream } = listen(server, { after: 0 });
  await eventually(() => stream.status === "polling");
  await new Promise((later) => setTimeout(later, 100));
  expect(opened).toHaveLength(1);
  expect(server.count("POST /api/v1/auth/ws-ticket")).toBe(1);
});

test("a socket whose ticket has expired gets a new one", async () => {
  const server = await startServer();
  const opened = talks(server, ({ close }, nth) => nth === 1 && close(4401));
  const { stream } = listen(server, { after: 0 });
  await eventually(() => opened.length === 2);
  await eventually(isOpen(stream));
  expect(server.count("POST /api/v1/auth/ws-ticket")).toBe(2);
});

test("a caller who is not believed is told, and not asked for ever", async () => {
  const server = await startServer();
  const { stream } = listen(server, { after: 0 }, "bad");
  await eventually(() => stream.status === "stopped");
  expect(stream.error).toBeInstanceOf(NotLoggedIn);
  await server.settle();
  await new Promise((later) => setTimeout(later, 80));
  expect(server.requests).toEqual([]);
});

test("the stream goes on where it was when somebody listens again", async () => {
  const server = await startServer();
  server.events = numbers(1, 3).map((seq) => frame(seq));
  const stream = createEventStream(clientOf(server).api, { ...QUICK, after: 0 });
  const first: (number | null)[] = [];
  const leave = stream.subscribe(({ seq }) => first.push(seq));
  await eventually(() => first.length === 3);
  leave();
  expect(stream.status).toBe("idle");
  server.events.push(frame(4));
  const second: (number | null)[] = [];
  onTestFinished(stream.subscribe(({ seq }) => second.push(seq)));
  await eventually(() => second.length > 0);
  expect(second).toEqual([4]);
});
