/** Hashes, parts, fingerprints, types: what is decided without a server. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Algorithm, inBlocks } from "../../src/hash/blocks.js";
import { digest, md5, sha256 } from "../../src/hash/digest.js";
import { hash, hex } from "../../src/hash/lazy.js";
import { findProblems, humanBytes, kindOfName, typeOfFile } from "../../src/index.js";
import { fingerprint, sampleOffsets } from "../../src/upload/fingerprint.js";
import { partsOf, preferredPartSize } from "../../src/upload/parts.js";
import { MIB, makeFile } from "../support/setup.js";

const GIB = 1024 * MIB;

test.each([
  ["sha256", sha256],
  ["md5", md5],
] as [string, Algorithm][])("%s is that of any bytes, in whatever pieces they come", (name, algorithm) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), (pieces) => {
      const hasher = algorithm(inBlocks);
      const known = createHash(name);
      for (const piece of pieces) {
        hasher.update(piece);
        known.update(piece);
      }
      expect(hex(hasher.digest())).toBe(known.digest("hex"));
    }),
    { numRuns: 300 },
  );
});

test.each([55, 56, 63, 64, 65, 119, 120, 1_500_000])("a blob of %i bytes is hashed as a whole", async (size) => {
  const file = makeFile(size);
  const known = createHash("sha256")
    .update(Buffer.from(await file.arrayBuffer()))
    .digest("hex");
  expect(hex(await digest(sha256, file))).toBe(known);
});

test("the hashes can be sent to a worker: their source texts run by themselves", () => {
  const hasher = new Function(`return (${sha256})(${inBlocks})`)();
  hasher.update(new TextEncoder().encode("abc"));
  expect(hex(hasher.digest())).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

test.each([
  [10 * MIB + 1, 5],
  [80 * MIB, 5],
  [80 * MIB + 1, 6],
  [512 * MIB, 32],
  [512 * MIB + 1, 32],
  [16_000 * MIB, 32],
  [16_000 * MIB + 1, 33],
  [20 * GIB, 41],
])("a file of %i bytes is cut into parts of %i MiB, and their URLs fit one page", (size, mib) => {
  expect(preferredPartSize(size)).toBe(mib * MIB);
  expect(partsOf(size, mib * MIB).length).toBeLessThanOrEqual(500);
});

test("parts cover the file without a gap, each as long as the plan says", () => {
  const files = fc
    .integer({ min: 1, max: 5_000 })
    .chain((partSize) => fc.tuple(fc.integer({ min: 1, max: 40 * partSize }), fc.constant(partSize)));
  fc.assert(
    fc.property(files, ([size, partSize]) => {
      const parts = partsOf(size, partSize);
      const whole = Math.floor(size / partSize);
      const sizes = [...Array(whole).fill(partSize), ...(size % partSize ? [size % partSize] : [])];
      expect(parts).toEqual(sizes.map((each, index) => ({ number: index + 1, offset: index * partSize, size: each })));
    }),
  );
});

test.each([0, 1, 65_536, MIB, MIB + 1, 5 * GIB])(
  "samples of %i bytes lie within the file, at both its ends",
  (size) => {
    const offsets = sampleOffsets(size);
    expect(offsets.length).toBeLessThanOrEqual(16);
    if (!size) return;
    expect(offsets[0]).toBe(0);
    expect((offsets.at(-1) ?? 0) + 65_536).toBeGreaterThanOrEqual(size);
  },
);

test("a fingerprint is SHA-256 over the size and the samples, with the browser's hash and with ours", async () => {
  const file = makeFile(3 * MIB);
  const bytes = Buffer.from(await file.arrayBuffer());
  const known = createHash("sha256").update(String(bytes.length));
  for (const offset of sampleOffsets(bytes.length)) known.update(bytes.subarray(offset, offset + 65_536));
  const expected = known.digest("hex");
  expect(await fingerprint(file, hash)).toBe(expected);
  const subtle = Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle");
  Object.defineProperty(Crypto.prototype, "subtle", { get: () => undefined, configurable: true });
  try {
    expect(await fingerprint(file, hash)).toBe(expected);
  } finally {
    if (subtle) Object.defineProperty(Crypto.prototype, "subtle", subtle);
  }
});

const PYTHON_TABLE = new URL("../../../../src/mediadock/core/filetypes.py", import.meta.url);

test.skipIf(!existsSync(PYTHON_TABLE))("every extension is of the kind that the server's table says", () => {
  const source = readFileSync(PYTHON_TABLE, "utf8");
  let rows = 0;
  for (const [, kind = "", block = ""] of source.matchAll(/Kind\.(\w+),\s*\[\n(.*?)\n\s*\],/gs))
    for (const [, extensions = ""] of block.matchAll(/\(\s*(?:_\w+ \+ )?"[^"]+", "([^"]+)", "[^"]*"\)/g))
      for (const extension of extensions.split(" ")) {
        rows++;
        expect([extension, kindOfName(`x.${extension}`)]).toEqual([extension, kind.toLowerCase()]);
      }
  expect(rows).toBeGreaterThan(70);
});

const ACCEPTED = ["image/jpeg", "audio/webm", "video/webm", "text/plain", "application/pdf"];

test.each([
  ["beach.JPG", "", { contentType: "", kind: "image" }],
  ["beach.jpg", "image/jpeg", { contentType: "image/jpeg", kind: "image" }],
  ["beach.jpg", "application/pdf", { contentType: "", kind: "image" }],
  ["voice.webm", "audio/webm;codecs=opus", { contentType: "audio/webm", kind: "audio" }],
  ["noname", "audio/webm", { contentType: "audio/webm", kind: "audio" }],
  ["noname", "application/pdf", { contentType: "application/pdf", kind: "file" }],
  ["notes.md", "text/x-unheard-of", { contentType: "", kind: "file" }],
  ["noname", "", undefined],
  ["page.html", "text/html", undefined],
])("%s that the browser calls '%s' is declared as %o", (name, type, expected) => {
  expect(typeOfFile({ name, type }, ACCEPTED)).toEqual(expected);
});

const LIMITS = {
  kinds: ["image", "file"],
  types: ACCEPTED,
  max_size: { image: 1000, file: 5000 },
  max_files: 2,
  direct_up_to: 10,
};
const codes = (...files: [name: string, size: number][]) =>
  findProblems(
    files.map(([name, size]) => ({ name, size, type: "" })),
    LIMITS,
  ).map(({ field, code }) => `${field} ${code}`);

test("limits are exact", () => {
  expect(codes(["a.jpg", 1000])).toEqual([]);
  expect(codes(["a.pdf", 5000], ["a.jpg", 1001])).toEqual(["attachments.1.file_size file_too_large"]);
  expect(codes(["a.jpg", 0])).toEqual(["attachments.0.file_size file_size_invalid"]);
  expect(codes(["a.mp4", 1])).toEqual(["attachments.0.content_type type_not_allowed"]);
  expect(codes()).toEqual(["attachments file_count_invalid"]);
  expect(codes(["a.jpg", 1], ["b.jpg", 1], ["c.jpg", 1])).toEqual(["attachments file_count_invalid"]);
});

test.each([
  [512, "512 bytes"],
  [1024, "1 KiB"],
  [10.5 * MIB, "10.5 MiB"],
  [20 * GIB, "20 GiB"],
  [2048 * GIB, "2048 GiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text);
});
