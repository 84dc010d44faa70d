/** One picture: fitted to the screen, and at its own size when asked; then the original where one may have it. */
import type { Asset } from "mediadock";
import { useState } from "react";
import { Icon } from "../app/Icon";

interface Props {
  asset: Asset;
  /** Null for everybody but its owner. */
  original: string | null;
}

export function Picture({ asset, original }: Props) {
  const [zoomed, setZoomed] = useState(false);
  const [unshowable, setUnshowable] = useState(false); // originals may be of a form that browsers do not know
  const display = asset.media_url ?? asset.thumbnail_url ?? "";
  const src = zoomed && original && !unshowable ? original : display;
  return (
    <>
      <div className="picture" data-zoomed={zoomed}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button below does the same by keyboard */}
        <img
          src={src}
          alt={asset.file_name}
          width={asset.width ?? undefined}
          height={asset.height ?? undefined}
          onClick={() => setZoomed(!zoomed)}
          onError={() => setUnshowable(true)}
        />
      </div>
      <button
        className="icon-button lightbox-zoom"
        type="button"
        aria-pressed={zoomed}
        onClick={() => setZoomed(!zoomed)}
      >
        <Icon name="zoom" />
        <span className="visually-hidden">{original ? "Zoom to the original" : "Zoom"}</span>
      </button>
    </>
  );
}
