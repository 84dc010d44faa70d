/** Code that is loaded when it is wanted. */
import { expect, test } from "vitest";
import { Unreachable } from "../../src/index.js";
import { lazily } from "../../src/network/lazily.js";
import { DEFAULT_POLICY } from "../../src/network/retry.js";

const QUICK = { ...DEFAULT_POLICY, firstDelayS: 0.01 };

const failing = (times: number) => {
  const loads: number[] = [];
  const load = async () => {
    loads.push(loads.length);
    if (loads.length <= times) throw new TypeError("Importing a module script failed.");
    return { answer: 42 };
  };
  return { loads, load };
};

test("what could not be loaded twice is loaded a third time", async () => {
  const { load, loads } = failing(2);
  await expect(lazily(load, QUICK)).resolves.toEqual({ answer: 42 });
  expect(loads).toHaveLength(3);
});

test("what cannot be loaded is as a server that cannot be reached", async () => {
  const { load, loads } = failing(9);
  await expect(lazily(load, QUICK)).rejects.toBeInstanceOf(Unreachable);
  expect(loads).toHaveLength(3);
});
