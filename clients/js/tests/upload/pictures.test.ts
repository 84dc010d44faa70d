/** Dimensions of pictures: read from headers as encoders write them, refused before anything is sent. */
import { expect, test } from "vitest";
import { findPictureProblems, Refused } from "../../src/index.js";
import { readHeader } from "../../src/upload/pictures.js";
import { clientOf, startServer } from "../support/setup.js";

const u16 = (value: number) => [value >> 8, value & 255];
const u16le = (value: number) => [value & 255, value >> 8];
const u24le = (value: number) => [value & 255, (value >> 8) & 255, value >> 16];
const text = (value: string) => [...value].map((letter) => letter.charCodeAt(0));
const zeros = (count: number) => new Array<number>(count).fill(0);

const png = (width: number, height: number, interlaced = 0) => [
  ...[0x89, ...text("PNG\r\n\x1a\n"), 0, 0, 0, 13, ...text("IHDR"), 0, 0, ...u16(width), 0, 0, ...u16(height)],
  ...[8, 2, 0, 0, interlaced, ...zeros(40)],
];
const gif = (width: number, height: number) => [...text("GIF89a"), ...u16le(width), ...u16le(height), ...zeros(40)];
const riff = (kind: string, body: number[]) => [
  ...text("RIFF"),
  ...zeros(4),
  ...text(`WEBP${kind}`),
  ...zeros(4),
  ...body,
  ...zeros(40),
];
const vp8x = (width: number, height: number) => riff("VP8X", [...zeros(4), ...u24le(width - 1), ...u24le(height - 1)]);
const vp8 = (width: number, height: number) =>
  riff("VP8 ", [0, 0, 0, 0x9d, 1, 0x2a, ...u16le(width), ...u16le(height)]);
const vp8l = (width: number, height: number) => {
  const bits = (width - 1) | ((height - 1) << 14);
  return riff("VP8L", [0x2f, bits & 255, (bits >> 8) & 255, (bits >> 16) & 255, bits >>> 24]);
};
const segment = (marker: number, length: number) => [0xff, marker, ...u16(length), ...zeros(length - 2)];
const frame = (marker: number, width: number, height: number) => [
  ...[0xff, marker, 0, 17, 8, ...u16(height), ...u16(width), 3, ...zeros(40)],
];
const jpeg = (width: number, height: number, marker = 0xc0, before: number[] = segment(0xe0, 16)) => [
  ...[0xff, 0xd8, ...before, ...frame(marker, width, height)],
];

const fileOf = (bytes: number[], name = "a.jpg", type = "image/jpeg") =>
  new File([new Uint8Array(bytes)], name, { type });

test.each([
  ["png", png(32_769, 7), false],
  ["png", png(32_769, 7, 1), true],
  ["gif", gif(32_769, 7), false],
  ["webp", vp8x(32_769, 7), false],
  ["webp", vp8(16_383, 7), false],
  ["webp", vp8l(16_384, 7), false],
  ["jpeg", jpeg(32_769, 7), false],
  ["jpeg", jpeg(32_769, 7, 0xc2), true],
])("a %s says how large it is", async (format, bytes, progressive) => {
  const header = await readHeader(fileOf(bytes));
  expect(header).toMatchObject({ format, height: 7, progressive });
  expect([16_383, 16_384, 32_769]).toContain(header?.width);
});

test.each([
  ["a preview in its EXIF", [0xff, 0xe1, ...u16(2 + 120), ...jpeg(160, 120).slice(0, 60), ...zeros(60)]],
  ["a colour profile of many segments", [1, 2, 3].flatMap(() => segment(0xe2, 65_535))],
  ["tables and fill bytes", [...segment(0xc4, 400), 0xff, 0xff, ...segment(0xdb, 4000)]],
  ["a segment that ends where a window does", segment(0xe1, 4092)],
])("of a JPEG with %s the frame is found", async (_what, before) => {
  expect(await readHeader(fileOf(jpeg(4000, 3000, 0xc0, before)))).toMatchObject({ width: 4000, height: 3000 });
});

test.each([
  ["nothing", []],
  ["a short head", png(10, 10).slice(0, 20)],
  ["a text", text("Lorem ipsum dolor sit amet, consectetur")],
  ["a JPEG that is cut", jpeg(10, 10).slice(0, 25)],
  ["a JPEG of segments alone", [0xff, 0xd8, ...segment(0xe0, 60_000)]],
  ["a JPEG of segments without length", [0xff, 0xd8, ...Array.from({ length: 9000 }, () => [0xff, 0xe0, 0, 0]).flat()]],
  ["a picture without a side", png(0, 10)],
])("%s says nothing and is left to the server", async (_what, bytes) => {
  expect(await readHeader(fileOf(bytes))).toBeNull();
});

// The small server's limits: a side of 1000, 4000 pixels, 9000 of a baseline JPEG, 2000 of what is held whole.
test.each([
  ["a side at its limit", png(1000, 4), null],
  ["a side beyond", png(1001, 1), "“a.png” is 1001 × 1 pixels; a side may have at most 1,000."],
  ["pixels at their limit", gif(40, 100), null],
  ["pixels beyond", gif(41, 100), "41 × 100"],
  ["a baseline JPEG at its limit", jpeg(90, 100), null],
  ["a baseline JPEG beyond", jpeg(91, 100), "91 × 100"],
  ["a progressive JPEG at its limit", jpeg(20, 100, 0xc2), null],
  ["a progressive JPEG beyond", jpeg(21, 100, 0xc2), "21 × 100"],
  ["an interlaced PNG beyond", png(21, 100, 1), "21 × 100"],
])("%s", async (_what, bytes, sentence) => {
  const client = clientOf(await startServer());
  const { profiles, dimensions } = await client.config();
  const problems = await findPictureProblems([fileOf(bytes, "a.png")], profiles.chat as never, dimensions);
  expect(problems.map(({ code }) => code)).toEqual(sentence ? ["image_too_large"] : []);
  expect(problems[0]?.message ?? "").toContain(sentence ?? "");
});

test("a picture that is too large is refused by name before anything is sent, and other files are not looked at", async () => {
  const server = await startServer();
  const client = clientOf(server);
  const large = fileOf(png(2000, 2000));
  const files = [fileOf(png(2000, 2000), "notes.txt", "text/plain"), large];
  const refused = await client.upload(files, { to: 7 }).done.catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Refused);
  expect(refused).toMatchObject({ code: "image_too_large", errors: [{ field: "attachments.1" }] });
  expect(server.bodies.filter((body) => "attachments" in body || "file_name" in body)).toEqual([]);
});

test("who asks for no checks gets none", async () => {
  const server = await startServer();
  await clientOf(server).upload([fileOf(png(2000, 2000))], { to: 7, checks: false }).sent;
  expect(server.bodies.filter((body) => "attachments" in body || "file_name" in body)).toHaveLength(1);
});
