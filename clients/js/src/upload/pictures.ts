/** The pixels of a picture from its header alone, as decoding it could take a gigabyte. Loaded only when pictures are sent. */
import type { FieldProblem } from "../api/errors.js";
import type { ImageLimitsOut } from "../api/schema.js";

/** `progressive` covers interlaced PNG: such a picture must be whole in memory while it is decoded. */
export interface PictureHeader {
  format: "jpeg" | "png" | "gif" | "webp";
  width: number;
  height: number;
  progressive: boolean;
}

const WINDOW_BYTES = 4096;
const MOST_SEGMENTS = 500; // of a JPEG before its frame; a long colour profile takes a dozen

/** What the server would refuse these pictures for, in its code. Other files, and headers that are none, are left to the server. */
export async function findLarge(
  files: readonly File[],
  isPicture: (file: File) => boolean,
  limits: ImageLimitsOut,
): Promise<FieldProblem[]> {
  const headers = await Promise.all(files.map((file) => (isPicture(file) ? readHeader(file).catch(() => null) : null)));
  return headers.flatMap((header, index) => {
    const sentence = header && tooLarge(header, limits);
    if (!sentence) return [];
    const message = `“${files[index]?.name}” is ${header.width} × ${header.height} pixels; ${sentence}`;
    return [{ field: `attachments.${index}`, code: "image_too_large", message }];
  });
}

function tooLarge({ format, width, height, progressive }: PictureHeader, limits: ImageLimitsOut): string | undefined {
  if (Math.max(width, height) > limits.max_side)
    return `a side may have at most ${limits.max_side.toLocaleString("en")}.`;
  const baseline = format === "jpeg" ? limits.max_pixels_baseline_jpeg : limits.max_pixels;
  const most = progressive ? limits.max_pixels_held_whole : baseline;
  if (width * height > most) return `pictures of this kind may have at most ${Math.floor(most / 1e6)} megapixels.`;
  return undefined;
}

/** Null for what is none of JPEG, PNG, GIF and WebP, or does not say. */
export async function readHeader(file: Blob): Promise<PictureHeader | null> {
  const head = await read(file, 0);
  if (head.byteLength < 30) return null;
  const word = head.getUint32(0);
  if (word === 0x89504e47 && head.getUint32(12) === 0x49484452)
    return sized("png", head.getUint32(16), head.getUint32(20), head.getUint8(28) === 1);
  if (word === 0x47494638) return sized("gif", head.getUint16(6, true), head.getUint16(8, true));
  if (word === 0x52494646 && head.getUint32(8) === 0x57454250) return webp(head);
  return word >>> 8 === 0xffd8ff ? jpeg(file, head) : null;
}

function webp(head: DataView): PictureHeader | null {
  switch (head.getUint32(12)) {
    case 0x56503858: // VP8X
      return sized("webp", uint24(head, 24) + 1, uint24(head, 27) + 1);
    case 0x56503820: // VP8
      return sized("webp", head.getUint16(26, true) & 0x3fff, head.getUint16(28, true) & 0x3fff);
    case 0x5650384c: // VP8L
      return sized("webp", (head.getUint16(21, true) & 0x3fff) + 1, ((head.getUint32(21, true) >>> 14) & 0x3fff) + 1);
    default:
      return null;
  }
}

/** Walks the segments up to the frame; embedded previews lie inside of segments and are stepped over. */
async function jpeg(file: Blob, head: DataView): Promise<PictureHeader | null> {
  let [view, start, at] = [head, 0, 2];
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    if (at - start + 9 > view.byteLength) {
      [view, start] = [await read(file, at), at];
      if (view.byteLength < 9) return null;
    }
    const marker = view.getUint16(at - start);
    if (marker === 0xffff) at += 1;
    else if (marker >> 8 !== 0xff) return null;
    else if (isFrame(marker & 0xff))
      return sized("jpeg", view.getUint16(at - start + 7), view.getUint16(at - start + 5), (marker & 3) === 2);
    else at += 2 + view.getUint16(at - start + 2);
  }
  return null;
}

/** SOF0 to SOF15 without DHT, JPG and DAC, which lie among them. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const uint24 = (view: DataView, at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);

const sized = (format: PictureHeader["format"], width: number, height: number, progressive = false) =>
  width && height ? { format, width, height, progressive } : null;

const read = async (file: Blob, at: number) => new DataView(await file.slice(at, at + WINDOW_BYTES).arrayBuffer());
