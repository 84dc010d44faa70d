/** Any reordering and any repetition of events gives the same state. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Asset,
  assetsOf,
  EMPTY_STATE,
  type EventFrame,
  type Message,
  reduce,
  reduceMessages,
  type State,
} from "../../src/index.js";
import { asAsset, type Upload } from "../support/uploads.js";

const STATES: Record<string, Partial<Asset>> = {
  pending: { stage: "uploading", state: "pending", progress: 0 },
  uploaded: { stage: "processing", state: "uploaded", progress: 0 },
  processing: { stage: "processing", state: "processing", progress: 0 },
  thumbnail: { stage: "thumbnail_ready", state: "processing", progress: 0 },
  ready: { stage: "done", state: "ready", progress: 100 },
  failed: { stage: "failed", state: "failed", progress: 0 },
  deleted: { stage: "deleted", state: "deleted", progress: 0 },
};

const data = (assetId: number, state: string, more: object = {}) => {
  const upload = { assetId, messageId: assetId % 2, name: "a", size: 1, contentType: "", state: "pending" };
  return { ...asAsset(upload as Upload), ...STATES[state], ...more };
};
const fact = (seq: number, assetId: number, state: string, more: object = {}): EventFrame => ({
  type: "chat_message_update",
  seq,
  data: data(assetId, state, more),
});
const progress = (assetId: number, percent: number): EventFrame => ({
  type: "chat_message_update",
  seq: null,
  data: { asset_id: assetId, message_id: assetId % 2, stage: "processing", progress: percent },
});
const run = (events: readonly EventFrame[], from: State = EMPTY_STATE) => events.reduce(reduce, from);

/** What happens to one asset, in order, of which some is still to come. */
const life = (ends: readonly string[], retries: boolean) =>
  fc
    .record({
      steps: fc.constantFrom(["pending"], ["pending", "uploaded"], ["pending", "uploaded", "processing"]),
      again: retries
        ? fc.array(fc.constantFrom("failed", "processing", "thumbnail"), { maxLength: 4 })
        : fc.constant([]),
      end: fc.option(fc.constantFrom(...ends), { nil: undefined }),
      percents: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 4 }),
    })
    .map(({ steps, again, end, percents }) => ({ states: [...steps, ...again, ...(end ? [end] : [])], percents }));

/** The events of some assets, with seqs as a server gives them. */
const history = (ends: readonly string[], retries: boolean) =>
  fc.array(life(ends, retries), { minLength: 1, maxLength: 4 }).map((lives) => {
    const turns = lives.flatMap(({ states }, asset) =>
      states.map((state, step) => ({ asset: asset + 1, state, step })),
    );
    const facts = turns
      .sort((a, b) => a.step - b.step)
      .map(({ asset, state }, index) => fact(index + 1, asset, state, { message_status: `as of ${index + 1}` }));
    const frames = lives.flatMap(({ percents }, asset) => percents.map((percent) => progress(asset + 1, percent)));
    return { facts, frames };
  });

/** The same events in any order, each at least once. */
const shuffled = (events: readonly EventFrame[]) =>
  fc
    .tuple(
      fc.shuffledSubarray([...events], { minLength: events.length }),
      fc.array(fc.constantFrom(...events), { maxLength: 9 }),
    )
    .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length }));

test("any order and any repetition of the events of assets that are processed once gives the same state", () => {
  const runs = history(["thumbnail", "ready", "failed", "deleted"], false).chain(({ facts, frames }) =>
    fc.tuple(shuffled([...facts, ...frames]), shuffled([...facts, ...frames])),
  );
  fc.assert(
    fc.property(runs, ([one, other]) => {
      expect(run(one)).toEqual(run(other));
    }),
    { numRuns: 400 },
  );
});

const withoutProgress = ({ assets, ...rest }: State) => ({
  ...rest,
  assets: Object.entries(assets)
    .filter(([, { asset }]) => asset)
    .map(([id, { seq, asset }]) => ({ id, seq, asset: { ...asset, progress: 0 } })),
});

test("with retries, too, everything but a percentage on its way is the same in any order", () => {
  const runs = history(["thumbnail", "ready", "failed", "deleted"], true).chain(({ facts, frames }) =>
    fc.tuple(shuffled([...facts, ...frames]), fc.constant([...facts, ...frames])),
  );
  fc.assert(
    fc.property(runs, ([any, inOrder]) => {
      expect(withoutProgress(run(any))).toEqual(withoutProgress(run(inOrder)));
    }),
    { numRuns: 400 },
  );
});

test("progress takes no asset back, whenever it comes", () => {
  fc.assert(
    fc.property(history(["ready", "failed", "deleted"], true), ({ facts, frames }) => {
      const before = run(facts);
      const after = run(frames, before);
      for (const [id, { asset }] of Object.entries(after.assets)) {
        const known = before.assets[Number(id)]?.asset;
        expect(asset?.stage).toBe(known?.stage);
        expect(asset?.progress ?? 0).toBeGreaterThanOrEqual(known?.progress ?? 0);
      }
    }),
  );
});

test("an event that tells nothing new leaves the very same state", () => {
  const state = run([fact(1, 1, "pending"), fact(3, 1, "ready"), progress(1, 50)]);
  expect(reduce(state, progress(1, 70))).toBe(state);
  expect(reduce(state, { type: "ping", seq: null, data: {} })).toBe(state);
  expect(reduce(state, fact(1, 1, "pending")).assets).toBe(state.assets);
});

test("a percentage is shown once the asset is processed, and begins anew after a failure", () => {
  const show = (events: EventFrame[]) => run(events).assets[1]?.asset?.progress;
  const begun = [fact(1, 1, "pending"), progress(1, 40)];
  expect(show(begun)).toBe(0);
  expect(show([...begun, fact(2, 1, "processing")])).toBe(40);
  expect(
    show([...begun, fact(2, 1, "processing"), fact(3, 1, "failed"), fact(4, 1, "processing"), progress(1, 5)]),
  ).toBe(5);
});

test("a message has its assets in the order they were given, its latest status, and no deleted ones", () => {
  const events = [
    fact(4, 3, "pending", { message_id: 7 }),
    fact(5, 1, "ready", { message_id: 7, message_status: "sent" }),
    fact(6, 2, "deleted", { message_id: 7, message_status: "sent" }),
    fact(2, 2, "pending", { message_id: 7 }),
  ];
  const state = run(events);
  expect(state.messages[7]).toMatchObject({ status: "sent", asset_ids: [1, 3], sender_id: 1, text: null });
  expect(assetsOf(state, 7).map((asset) => asset.asset_id)).toEqual([1, 3]);
});

test("a message of text and its being seen", () => {
  const text = { message_id: 8, sender_id: 1, receiver_id: 2, text: "hello", created_at: "then" };
  const told = { ...text, asset_id: null, stage: "done", message_status: "sent", processing_status: "done" };
  const state = run([
    { type: "message_seen", seq: 2, data: { message_id: 8, seen_at: "later" } },
    { type: "chat_message_update", seq: 1, data: told },
  ]);
  expect(state.messages[8]).toEqual({ ...text, status: "sent", seen_at: "later", asset_ids: [], seq: 1 });
});

test("messages that were read give way to later events and not to earlier ones", () => {
  const attachments = [data(1, "ready", { message_id: 7 })] as Asset[];
  const message = {
    message_id: 7,
    sender_id: 1,
    receiver_id: 2,
    text: "look",
    status: "sent",
    seen_at: null,
    created_at: "then",
  };
  const read = (state: State) => reduceMessages(state, [{ ...message, attachments } as Message], 10);
  const state = run(
    [fact(9, 1, "processing", { message_id: 7 }), fact(11, 1, "deleted", { message_id: 7 })],
    read(EMPTY_STATE),
  );
  expect(state.assets[1]?.asset?.stage).toBe("deleted");
  expect(state.messages[7]).toMatchObject({ text: "look", receiver_id: 2, asset_ids: [] });
  expect(read(run([fact(11, 1, "deleted", { message_id: 7 })])).assets[1]?.asset?.stage).toBe("deleted");
});
