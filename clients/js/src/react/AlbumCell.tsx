/** One cell of an album, in each of its stages. Drawn again only when something about it has changed. */
import { memo, type ReactNode, useState } from "react";
import { sameCell } from "./cells.js";
import { DocumentCard } from "./DocumentCard.js";
import { Icon, type IconName, PlayIcon, Ring } from "./icons.js";
import { Picture } from "./Picture.js";
import { useSameObject } from "./sameObject.js";
import type { Cell, CellActions } from "./types.js";
import { Waveform } from "./Waveform.js";
import { clock, doing, kindWord, stateWord } from "./words.js";

const RECORDED = /^(voice|audio|rec|recording|ptt)[-_ ]?[-\d_. ]*\.\w+$/i; // names that programs give: nobody wants to read them

export type Act = <Name extends keyof CellActions>(name: Name, cell: Cell) => unknown;

export interface AlbumCellProps {
  cell: Cell;
  /** Stable; calls the page's latest function of that name. */
  act: Act;
  /** Which actions the page offers. */
  can: string;
  /** How wide its tile is drawn, as `sizes` of a picture; empty for a row. */
  sizes: string;
  /** What is said of a file whose bytes come from elsewhere. */
  incoming: string;
}

export const AlbumCell = memo(
  function AlbumCell(props: AlbumCellProps) {
    const { cell, act, can, sizes } = props;
    const look = sizes ? <Tile {...props} /> : <Row {...props} />;
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
      <div className="md-body" role="group" aria-label={`${cell.name}, ${kindWord(cell)}, ${stateWord(cell)}`}>
        {look}
        {cell.stage === "failed" ? <Failed cell={cell} act={act} can={can} /> : null}
        {cell.stage === "uploading" && cell.local && can.includes("onCancel") ? (
          <Action name="onCancel" icon="cancel" word="Cancel" cell={cell} act={act} />
        ) : null}
      </div>
    );
  },
  (a, b) =>
    sameCell(a.cell, b.cell) && a.act === b.act && a.can === b.can && a.sizes === b.sizes && a.incoming === b.incoming,
);

function Tile({ cell, act, can, sizes, incoming }: AlbumCellProps) {
  const { stage, kind, name, asset } = cell;
  const [isPlaying, setPlaying] = useState(false);
  const film = useSameObject(asset?.media_url ? { src: asset.media_url } : null);
  const isVideo = kind === "video";
  const length = isVideo && stage === "done" && asset?.duration ? clock(asset.duration) : ""; // its corner is the badge's before
  const opens = stage === "done" && (isVideo || can.includes("onOpen"));
  const open = () => (can.includes("onOpen") ? act("onOpen", cell) : setPlaying(true));
  if (isPlaying && film.source)
    return (
      // biome-ignore lint/a11y/useMediaCaption: what people send each other has none
      <video
        className="md-image"
        data-shown
        src={film.source.src}
        aria-label={name}
        onError={() => {
          film.broke();
          act("onStale", cell);
        }}
        controls
        autoPlay
        playsInline
      />
    );
  return (
    <>
      <Picture cell={cell} sizes={sizes} onStale={() => act("onStale", cell)} />
      <Badge cell={cell} incoming={incoming} />
      {isVideo && stage === "done" ? (
        <span className="md-play" aria-hidden="true">
          <PlayIcon />
        </span>
      ) : null}
      {length ? <span className="md-length">{length}</span> : null}
      {opens ? (
        <button
          type="button"
          className="md-open"
          aria-label={isVideo ? `Play ${name}${length && `, ${length}`}` : `Open ${name}`}
          onClick={open}
        />
      ) : null}
    </>
  );
}

function Badge({ cell, incoming }: { cell: Cell; incoming: string }) {
  const { stage, local, percent, name } = cell;
  if (stage === "done" || stage === "failed") return null;
  if (stage === "uploading" && local)
    return (
      <span className="md-sending">
        <Ring percent={percent} label={`Uploading ${name}`} />
        <span className="md-percent" aria-hidden="true">{`${percent} %`}</span>
      </span>
    );
  return (
    <span className="md-badge">
      <Icon name={stage === "uploading" ? "incoming" : "clock"} />
      {stage === "uploading" ? incoming : doing(cell)}
    </span>
  );
}

/** Sound and documents take a row of their own. */
function Row({ cell, act, incoming }: AlbumCellProps) {
  const { asset, stage, name, kind, sizeBytes } = cell;
  if (kind === "audio" && stage !== "failed")
    return (
      <>
        {RECORDED.test(name) ? null : <span className="md-name md-title">{name}</span>}
        <Waveform
          peaks={asset?.waveform ?? null}
          src={stage === "done" ? (asset?.media_url ?? null) : null}
          duration={asset?.duration ?? null}
          label={name}
          onStale={() => act("onStale", cell)}
        />
        <Badge cell={cell} incoming={incoming} />
      </>
    );
  const isDone = stage === "done";
  const status: ReactNode = isDone || stage === "failed" ? undefined : <Badge cell={cell} incoming={incoming} />;
  return (
    <DocumentCard
      name={name}
      sizeBytes={sizeBytes}
      pages={asset?.pages ?? null}
      cover={asset?.thumbnail_url ?? null}
      href={isDone ? (asset?.media_url ?? null) : null}
    >
      {status}
    </DocumentCard>
  );
}

function Failed({ cell, act, can }: { cell: Cell; act: Act; can: string }) {
  const reason = doing(cell);
  const isExpired = cell.asset?.state === "expired"; // what is tried again is all of it
  return (
    <div className="md-failed" title={reason}>
      <Icon name="failed" />
      <span className="md-reason">{reason}</span>
      <span className="md-actions">
        {cell.error?.retryable && can.includes("onRetry") ? (
          <Action name="onRetry" icon="retry" word={isExpired ? "Upload again" : "Retry"} cell={cell} act={act} />
        ) : null}
        {can.includes("onRemove") ? <Action name="onRemove" icon="remove" word="Remove" cell={cell} act={act} /> : null}
      </span>
    </div>
  );
}

interface ActionProps {
  name: keyof CellActions;
  icon: IconName;
  word: string;
  cell: Cell;
  act: Act;
}

/** Busy, and not to be pressed again, while what it does is under way. */
function Action({ name, icon, word, cell, act }: ActionProps) {
  const [isBusy, setBusy] = useState(false);
  const press = async () => {
    setBusy(true);
    try {
      await act(name, cell);
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      className={`md-button md-${icon}`}
      aria-label={`${word} ${cell.name}`}
      aria-disabled={isBusy}
      onClick={() => (isBusy ? undefined : void press())}
    >
      <Icon name={icon} />
      <span className="md-word">{word}</span>
    </button>
  );
}
