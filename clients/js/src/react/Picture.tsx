/** What a cell looks like: blurred, as it was chosen, as a thumbnail, as the picture, each over the one before. */
import { useContext, useEffect, useRef, useState } from "react";
import type { Asset } from "../index.js";
import { ClientContext } from "./context.js";
import { type Kept, type Source, useSameObject } from "./sameObject.js";
import { decodeThumbHash } from "./thumbhash.js";
import type { Cell } from "./types.js";
import { uploadsOf } from "./uploads.js";

type Shown = "nothing" | "thumbnail" | "picture";

/** The thumbnail may be decoded after the picture. */
const atLeastThumbnail = (shown: Shown): Shown => (shown === "picture" ? shown : "thumbnail");

const TILE_WIDTHS = ["240", "480", "960"];

export function Picture({ cell, sizes, onStale }: { cell: Cell; sizes: string; onStale: () => void }) {
  const { asset, previewUrl, stage, kind, key } = cell;
  const client = useContext(ClientContext);
  const [shownAs, setShownAs] = useState<Shown>("nothing");
  const thumbnail = useSameObject(stage === "failed" ? null : source(asset?.thumbnail_url));
  const picture = useSameObject(stage === "done" ? pictureOf(asset) : null);
  useEffect(() => {
    if (client && shownAs === "picture") uploadsOf(client).shown(key);
  }, [client, shownAs, key]);
  return (
    <div className="md-picture">
      {asset?.placeholder && !previewUrl ? <Blurred hash={asset.placeholder} /> : null}
      {previewUrl && shownAs !== "picture" ? <Preview kind={kind} url={previewUrl} /> : null}
      {thumbnail.source && thumbnail.source.src !== picture.source?.src && shownAs !== "picture" ? (
        <Fading key="thumbnail" {...thumbnail} onShown={() => setShownAs(atLeastThumbnail)} onStale={onStale} />
      ) : null}
      {picture.source ? (
        <Fading key="picture" {...picture} sizes={sizes} onShown={() => setShownAs("picture")} onStale={onStale} />
      ) : null}
    </div>
  );
}

const source = (src: string | null | undefined, srcSet?: string): Source | null =>
  src ? { src, ...(srcSet && { srcSet }) } : null;

/** A GIF moves only in its display version. */
function pictureOf(asset: Asset | null): Source | null {
  if (asset?.content_type === "image/gif") return source(asset.media_url);
  return source((asset?.kind === "image" ? asset.media_url : null) ?? asset?.thumbnail_url, srcSetOf(asset));
}

function srcSetOf(asset: Asset | null): string | undefined {
  const made = TILE_WIDTHS.flatMap((name) => asset?.variants[name] ?? []);
  // Of a small original several names are the same picture.
  const widths = new Map(made.flatMap(({ url, width }) => (url && width ? [[width, url] as const] : [])));
  return widths.size ? [...widths].map(([width, url]) => `${url} ${width}w`).join(", ") : undefined;
}

function Blurred({ hash }: { hash: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const pixels = decodeThumbHash(hash);
    const to = canvas.current;
    if (!pixels || !to) return;
    to.width = pixels.width;
    to.height = pixels.height;
    to.getContext?.("2d")?.putImageData(new ImageData(pixels.rgba, pixels.width, pixels.height), 0, 0);
  }, [hash]);
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex takes no focus
  return <canvas className="md-blurred" ref={canvas} width={1} height={1} aria-hidden="true" />;
}

function Preview({ kind, url }: { kind: string; url: string }) {
  const film = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const shown = film.current;
    if (!shown) return;
    shown.src = url;
    return () => {
      // A film that is gone from the page would go on loading, from an address that is about to be revoked.
      shown.removeAttribute("src");
      shown.load();
    };
  }, [url]);
  return kind === "video" ? (
    <video ref={film} className="md-preview" preload="metadata" muted playsInline tabIndex={-1} aria-hidden="true" />
  ) : (
    <img className="md-preview" src={url} alt="" decoding="async" />
  );
}

interface FadingProps extends Kept {
  sizes?: string;
  onShown: () => void;
  onStale: () => void;
}

/** Invisible until it is decoded, so that it appears at once and whole. */
function Fading({ source, broke, sizes, onShown, onStale }: FadingProps) {
  const { src, srcSet } = source ?? {};
  const image = useRef<HTMLImageElement>(null);
  const [isShown, setShown] = useState(false);
  const told = useRef(onShown);
  useEffect(() => {
    told.current = onShown;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another picture to wait for
  useEffect(() => {
    let isHere = true;
    const show = () => {
      if (!isHere) return;
      setShown(true);
      told.current();
    };
    image.current?.decode().then(show, () => {}); // a broken one is told by onError
    return () => {
      isHere = false;
    };
  }, [src]);
  return (
    <img
      ref={image}
      className="md-image"
      alt=""
      sizes={srcSet && sizes}
      srcSet={srcSet}
      src={src}
      draggable={false}
      decoding="async"
      data-shown={isShown || undefined}
      onError={() => {
        broke();
        onStale();
      }}
    />
  );
}
