/** Pictures and films as large as the screen. A dialog: Escape closes it, arrows move, the focus goes back where it came from. */
import type { Asset } from "mediadock";
import { type KeyboardEvent, type TouchEvent, useEffect, useRef } from "react";
import { Icon } from "../app/Icon";
import { Picture } from "./Picture";
import "./lightbox.css";

const SWIPE_PX = 60;

interface Props {
  assets: readonly Asset[];
  assetId: number;
  myId: number;
  onMove: (assetId: number) => void;
  onClose: () => void;
  /** Where what is shown may be removed. */
  onRemove?: (asset: Asset) => void;
}

export function Lightbox({ assets, assetId, myId, onMove, onClose, onRemove }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const began = useRef(0);
  const index = assets.findIndex((asset) => asset.asset_id === assetId);
  const asset = assets[index];

  useEffect(() => {
    const from = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (from instanceof HTMLElement && from.isConnected) from.focus();
    };
  }, []);

  // What one looks at may be deleted by its sender.
  useEffect(() => {
    if (!asset) onClose();
  }, [asset, onClose]);
  if (!asset) return null;

  const move = (by: number) => {
    const next = assets[index + by];
    if (next) onMove(next.asset_id);
  };
  const keyed = ({ key, target }: KeyboardEvent) => {
    if (target instanceof HTMLVideoElement) return; // its arrows wind
    if (key === "ArrowLeft") move(-1);
    if (key === "ArrowRight") move(1);
  };
  const touched = (event: TouchEvent) => {
    const touch = event.changedTouches[0];
    const zoomed = event.target instanceof Element && event.target.closest('[data-zoomed="true"]');
    if (!touch || zoomed || event.touches.length) return;
    const across = touch.clientX - began.current;
    if (Math.abs(across) > SWIPE_PX) move(across < 0 ? 1 : -1);
  };
  const original = asset.owner_id === myId ? (asset.variants.original?.url ?? null) : null;

  return (
    <dialog ref={dialog} className="lightbox" aria-label={asset.file_name} onClose={onClose} onKeyDown={keyed}>
      <header>
        <p>
          <span className="lightbox-name">{asset.file_name}</span>
          <span className="lightbox-place" role="status">
            {index + 1} of {assets.length}
          </span>
        </p>
        <a
          className="icon-button"
          href={original ?? asset.media_url ?? undefined}
          download={asset.file_name}
          target="_blank"
          rel="noreferrer"
          aria-label={original ? "Download the original" : "Download"}
        >
          <Icon name="download" />
        </a>
        {onRemove && (
          <button
            className="icon-button"
            type="button"
            onClick={() => onRemove(asset)}
            aria-label={`Remove ${asset.file_name}`}
          >
            <Icon name="trash" />
          </button>
        )}
        <button className="icon-button" type="button" onClick={() => dialog.current?.close()} aria-label="Close">
          <Icon name="close" />
        </button>
      </header>
      <div
        className="lightbox-stage"
        onTouchStart={(event) => {
          began.current = event.touches[0]?.clientX ?? 0;
        }}
        onTouchEnd={touched}
      >
        {asset.kind === "video" ? (
          // biome-ignore lint/a11y/useMediaCaption: what people film has no captions
          <video
            key={asset.asset_id}
            src={asset.media_url ?? undefined}
            poster={asset.variants["960"]?.url ?? asset.thumbnail_url ?? undefined}
            controls
            autoPlay
            playsInline
            aria-label={asset.file_name}
          />
        ) : (
          <Picture key={asset.asset_id} asset={asset} original={original} />
        )}
      </div>
      <button
        className="icon-button lightbox-previous"
        type="button"
        onClick={() => move(-1)}
        disabled={index === 0}
        aria-label="Previous"
      >
        <Icon name="back" />
      </button>
      <button
        className="icon-button lightbox-next"
        type="button"
        onClick={() => move(1)}
        disabled={index === assets.length - 1}
        aria-label="Next"
      >
        <Icon name="next" />
      </button>
    </dialog>
  );
}
