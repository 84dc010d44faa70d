/** One picture: fitted to the screen, and at its own size when asked; then the original where one may have it. */
import type { Asset } from "mediadock";
import { type MouseEvent, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../app/Icon";

interface Props {
  asset: Asset;
  /** Null for everybody but its owner. */
  original: string | null;
}

interface Place {
  x: number;
  y: number;
}

const MIDDLE: Place = { x: 0.5, y: 0.5 };

export function Picture({ asset, original }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [zoomedAt, setZoomedAt] = useState<Place | null>(null);
  const [unshowable, setUnshowable] = useState(false); // originals may be of a form that browsers do not know
  const display = asset.media_url ?? asset.thumbnail_url ?? "";
  const src = zoomedAt && original && !unshowable ? original : display;

  useLayoutEffect(() => {
    const { current } = frame;
    if (!current || !zoomedAt) return;
    current.scrollTo({
      left: zoomedAt.x * current.scrollWidth - current.clientWidth / 2,
      top: zoomedAt.y * current.scrollHeight - current.clientHeight / 2,
    });
  }, [zoomedAt]);

  const click = ({ clientX, clientY, currentTarget }: MouseEvent) => {
    const box = currentTarget.getBoundingClientRect();
    setZoomedAt(zoomedAt ? null : { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height });
  };
  return (
    <>
      <div className="picture" ref={frame} data-zoomed={zoomedAt !== null}>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button below does the same by keyboard */}
        <img
          src={src}
          alt={asset.file_name}
          width={asset.width ?? undefined}
          height={asset.height ?? undefined}
          onClick={click}
          onError={() => setUnshowable(true)}
        />
      </div>
      <button
        className="icon-button lightbox-zoom"
        type="button"
        aria-pressed={zoomedAt !== null}
        onClick={() => setZoomedAt(zoomedAt ? null : MIDDLE)}
      >
        <Icon name="zoom" />
        <span className="visually-hidden">{original ? "Zoom to the original" : "Zoom"}</span>
      </button>
    </>
  );
}
