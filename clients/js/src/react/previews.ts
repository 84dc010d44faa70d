/**
 * Looks of pictures and films that were chosen here, shown before the server has any. A photo is decoded once, off the page's
 * thread, one after the other, and only a small copy of it stays: thirty photos at full size keep a browser busy for seconds.
 */
import type { Kind } from "../index.js";

/** An address on this page, and pixels that tell at least the shape. */
export interface Look {
  readonly url: string;
  readonly width: number | null;
  readonly height: number | null;
}

export interface Preview {
  /** Null until it is made. */
  readonly look: Look | null;
  release(): void;
}

interface Copy {
  holders: number;
  look: Look | null;
  readonly made: Promise<Look>;
}

const COPY_WIDTH = 640;
/** What is smaller is quick to show as it is; a GIF would stand still. */
const SHOWN_AS_IT_IS = 256 * 1024;

const copies = new WeakMap<File, Copy>();
let last: Promise<unknown> = Promise.resolve();

/**
 * The look of a file; undefined for what has none. `onMade` hears of it as soon as it is there, with its pixels, `onUseless` that
 * this browser cannot show it. Whoever asks must release it; who asks for the same file meanwhile gets the same.
 */
export function createPreview(
  file: File,
  kind: Kind,
  onMade: (look: Look) => void,
  onUseless: () => void,
): Preview | undefined {
  if (kind === "image" && file.size > SHOWN_AS_IT_IS && file.type !== "image/gif" && "createImageBitmap" in globalThis)
    return copyOf(file, onMade, onUseless);
  return kind === "image" || kind === "video" ? asItIs(file, kind, onMade, onUseless) : undefined;
}

function copyOf(file: File, onMade: (look: Look) => void, onUseless: () => void): Preview {
  const copy = copies.get(file) ?? begin(file);
  copy.holders += 1;
  let isHeld = true;
  if (!copy.look)
    copy.made.then(
      (look) => isHeld && onMade(look),
      () => isHeld && onUseless(),
    );
  return {
    get look() {
      return copy.look;
    },
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      copy.holders -= 1;
      if (!copy.holders) forget(file, copy);
    },
  };
}

function begin(file: File): Copy {
  const made = last.then(() => shrink(file, () => copy.holders > 0));
  last = made.catch(() => {});
  const copy: Copy = { holders: 0, look: null, made };
  copies.set(file, copy);
  made.then(
    (look) => {
      copy.look = look;
      if (!copy.holders) forget(file, copy);
    },
    () => copies.delete(file),
  );
  return copy;
}

function forget(file: File, copy: Copy) {
  if (copies.get(file) === copy) copies.delete(file);
  if (copy.look) URL.revokeObjectURL(copy.look.url);
}

async function shrink(file: File, isWanted: () => boolean): Promise<Look> {
  if (!isWanted()) throw new Error("nobody waits for it");
  const bitmap = await createImageBitmap(file, { resizeWidth: COPY_WIDTH, resizeQuality: "medium" });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("bitmaprenderer")?.transferFromImageBitmap(bitmap);
  const url = URL.createObjectURL(await canvas.convertToBlob({ type: "image/webp", quality: 0.8 }));
  return { url, width, height };
}

function asItIs(file: File, kind: Kind, onMade: (look: Look) => void, onUseless: () => void): Preview {
  const url = URL.createObjectURL(file);
  let probe: HTMLImageElement | HTMLVideoElement | undefined;
  const end = () => {
    if (!probe) return;
    probe.onload = probe.onerror = null;
    if ("preload" in probe) probe.onloadedmetadata = null;
    probe.removeAttribute("src");
    probe = undefined;
  };
  const sized = (width: number, height: number) => {
    end();
    if (width && height) onMade({ url, width, height });
  };
  if (kind === "image") {
    const image = new Image();
    image.onload = () => sized(image.naturalWidth, image.naturalHeight);
    probe = image;
  } else {
    const video = document.createElement("video");
    video.preload = "metadata";
    video.muted = true;
    video.onloadedmetadata = () => sized(video.videoWidth, video.videoHeight);
    probe = video;
  }
  probe.onerror = () => {
    end();
    onUseless();
  };
  probe.src = url;
  return {
    look: { url, width: null, height: null },
    release: () => {
      end();
      URL.revokeObjectURL(url);
    },
  };
}
