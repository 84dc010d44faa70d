/** Pictures and films that were chosen here, shown before the server has any. */
import type { Kind } from "../index.js";

export interface Preview {
  readonly url: string;
  release(): void;
}

/**
 * An object URL for a file; undefined for what has no look. `onSize` hears its pixels, `onUseless` that this browser cannot show
 * it. Its owner must release it.
 */
export function createPreview(
  file: File,
  kind: Kind,
  onSize: (width: number, height: number) => void,
  onUseless: () => void,
): Preview | undefined {
  if (kind !== "image" && kind !== "video") return undefined;
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
    if (width && height) onSize(width, height);
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
    url,
    release: () => {
      end();
      URL.revokeObjectURL(url);
    },
  };
}
