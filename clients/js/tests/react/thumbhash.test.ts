/** The blurred picture is the one that the published algorithm draws: the expected pixels are those of its Rust implementation. */
import { expect, test } from "vitest";
import { decodeThumbHash } from "../../src/react/thumbhash.js";

test.each([
  ["wide", "3/cJNZqAh4dwiIh4iHiIeICACPh3", 32, 23, [32, 45, 152, 255], [255, 13, 147, 255], [123, 120, 130, 255]],
  ["high", "3wcKPBqAB3iIh4eIeIeAcAj4eA==", 18, 32, [28, 15, 162, 255], [255, 4, 123, 255], [129, 120, 129, 255]],
  [
    "see-through",
    "o1iGHQw3s4ewh3h4iLOwOPt0gIeHiHh4iA==",
    32,
    32,
    [165, 101, 131, 50],
    [237, 43, 130, 240],
    [148, 129, 132, 128],
  ],
])("a %s picture", (_, hash, width, height, first, right, middle) => {
  const pixels = decodeThumbHash(hash);
  const near = (x: number, y: number, expected: number[]) => {
    const at = 4 * (y * width + x);
    for (const [index, value] of expected.entries())
      expect(Math.abs((pixels?.rgba[at + index] ?? -99) - value)).toBeLessThanOrEqual(1);
  };
  expect(pixels).toMatchObject({ width, height });
  near(0, 0, first);
  near(width - 1, 0, right);
  near(width >> 1, height >> 1, middle);
});

test.each(["", "no base64!", "3/c="])("“%s” is no picture", (hash) => {
  expect(decodeThumbHash(hash)).toBeUndefined();
});
