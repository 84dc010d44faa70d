/** When to try again, how many at a time, how long silence may last. */
import { expect, test } from "vitest";
import { ServerBusy } from "../../src/index.js";
import { createBudget } from "../../src/network/budget.js";
import { brief, DEFAULT_POLICY, delayS } from "../../src/network/retry.js";

const never = new AbortController().signal;
const busy = (retryAfterS: number | null = null) => new ServerBusy("busy", "Busy.", 503, [], retryAfterS);

test.each([
  [1, 0, 0],
  [1, 1, 1],
  [2, 1, 2],
  [3, 0.5, 2],
  [9, 1, 20],
])("after %i failures the wait is a part of a doubling whole (chance %d): %d s", (failures, chance, expected) => {
  expect(delayS(DEFAULT_POLICY, failures, null, chance)).toBe(expected);
});

test("a server's wish is the least of the wait", () => {
  expect(delayS(DEFAULT_POLICY, 1, 7, 0.5)).toBe(7);
});

test("three tries, with a wait between each two, and every failure is told", async () => {
  const waits: number[] = [];
  let [tries, told] = [0, 0];
  const persist = brief(
    DEFAULT_POLICY,
    async (ms) => void waits.push(ms),
    () => void told++,
  );
  const call = () => {
    tries++;
    return Promise.reject(busy());
  };
  await expect(persist(call)).rejects.toBeInstanceOf(ServerBusy);
  expect([tries, waits.length, told]).toEqual([3, 2, 3]);
  expect(waits[0]).toBeLessThanOrEqual(1000);
  expect(waits[1]).toBeLessThanOrEqual(2000);
});

/** Jobs that end when they are told to. */
function jobs(budget: ReturnType<typeof createBudget>) {
  const started: string[] = [];
  const ends = new Map<string, { end: () => void; suffer: () => void }>();
  const run = (name: string, weight = 1, signal = never) =>
    budget.run(weight, signal, (suffer) => {
      started.push(name);
      return new Promise<void>((end) => ends.set(name, { end, suffer }));
    });
  const finish = async (name: string) => {
    ends.get(name)?.end();
    await new Promise((later) => setTimeout(later));
  };
  return { started, run, finish, suffer: (name: string) => ends.get(name)?.suffer() };
}

test("as many run as the budget says, small ones before large ones that wait", async () => {
  const { started, run, finish } = jobs(createBudget(2));
  for (const [name, weight] of [
    ["a", 9],
    ["b", 9],
    ["large", 9],
    ["small", 1],
    ["large, too", 9],
  ] as const)
    void run(name, weight);
  await Promise.resolve();
  expect(started).toEqual(["a", "b"]);
  await finish("a");
  await finish("b");
  expect(started).toEqual(["a", "b", "small", "large"]);
});

test("one that is aborted while it waits leaves its place", async () => {
  const { started, run, finish } = jobs(createBudget(1));
  const stop = new AbortController();
  void run("a");
  const waiting = run("b", 1, stop.signal);
  void run("c");
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "stopped" });
  await finish("a");
  expect(started).toEqual(["a", "c"]);
});

test("a network that suffers halves the budget once for all that ran then, and success gives it back one by one", async () => {
  const budget = createBudget(8);
  const { run, finish, suffer } = jobs(budget);
  const names = Array.from({ length: 8 }, (_, index) => String(index));
  for (const name of names) void run(name);
  await Promise.resolve();
  suffer("0");
  suffer("1");
  expect(budget.limit).toBe(4);
  suffer("0"); // it has been tried again since, and failed again
  expect(budget.limit).toBe(2);
  for (const name of names) await finish(name);
  expect(budget.limit).toBe(4); // 3 after two, 4 after three more; 5 would take four more
});
