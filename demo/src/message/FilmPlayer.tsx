/** A film that plays in its bubble, in the place of its poster. */
import type { Asset } from "mediadock";
import { useEffect, useRef } from "react";

interface Props {
  asset: Asset;
  onEnd: () => void;
}

export function FilmPlayer({ asset, onEnd }: Props) {
  const film = useRef<HTMLVideoElement>(null);
  useEffect(() => film.current?.focus({ preventScroll: true }), []);
  const { width, height, media_url, thumbnail_url, variants, file_name } = asset;
  const poster = variants["960"]?.url ?? variants["480"]?.url ?? thumbnail_url;
  return (
    <div className="film" data-asset-id={asset.asset_id} data-stage={asset.stage} data-kind="video">
      {/* biome-ignore lint/a11y/useMediaCaption: what people film has no captions */}
      <video
        ref={film}
        src={media_url ?? undefined}
        poster={poster ?? undefined}
        controls
        autoPlay
        playsInline
        onEnded={onEnd}
        aria-label={file_name}
        style={width && height ? { aspectRatio: `${width} / ${height}` } : undefined}
      />
    </div>
  );
}
