/** The files of one message as messengers show them: pictures and films in tiles, sound and documents in rows below. */
import { type CSSProperties, useCallback, useEffect, useRef, useState } from "react";
import { type Act, AlbumCell } from "./AlbumCell.js";
import type { AlbumGridProps, Cell, CellActions } from "./types.js";

const COLUMNS = 6; // a row of one, two or three tiles fills it
const UNKNOWN_SHAPE = 4 / 3;
const NARROWEST = 3 / 4;
const WIDEST = 16 / 9;
const ACTIONS = ["onOpen", "onRetry", "onRemove", "onCancel", "onStale"] as const;

export function AlbumGrid({ cells, label, incoming = "Incoming…", even, className, ...actions }: AlbumGridProps) {
  const { act, can } = useActions(actions);
  const tiles = cells.filter(({ kind }) => kind === "image" || kind === "video");
  const rows = cells.filter((cell) => !tiles.includes(cell));
  const spans = spansOf(tiles.length);
  const shape = useShape(tiles);
  const name = label ?? `${cells.length} ${cells.length === 1 ? "file" : "files"}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className={`md-album${className ? ` ${className}` : ""}`} role="group" aria-label={name}>
      {tiles.length ? (
        <ul className="md-tiles" data-count={tiles.length} data-even={even || undefined}>
          {tiles.map((cell, index) => (
            <li
              key={cell.key}
              {...about(cell)}
              style={even ? undefined : tileStyle(spans[index] ?? 2, tiles.length, shape)}
            >
              <AlbumCell
                cell={cell}
                act={act}
                can={can}
                sizes={sizesOf(even ? 3 : (spans[index] ?? 2))}
                incoming={incoming}
              />
            </li>
          ))}
        </ul>
      ) : null}
      {rows.length ? (
        <ul className="md-rows">
          {rows.map((cell) => (
            <li key={cell.key} {...about(cell)}>
              <AlbumCell cell={cell} act={act} can={can} sizes="" incoming={incoming} />
            </li>
          ))}
        </ul>
      ) : null}
      <p className="md-hidden" aria-live="polite">
        {summary(cells)}
      </p>
    </div>
  );
}

const about = (cell: Cell) => ({
  className: "md-cell",
  "data-asset-id": cell.asset?.asset_id,
  "data-stage": cell.stage,
  "data-kind": cell.kind,
});

/** One function that stays the same, and calls whatever the page gave last. */
function useActions(actions: CellActions): { act: Act; can: string } {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  const act = useCallback<Act>((name, cell) => latest.current[name]?.(cell), []);
  return { act, can: ACTIONS.filter((name) => actions[name]).join(" ") };
}

/** Columns that each tile takes: 1, 2, 1 + 2, 2 + 2, 2 + 3, 3 + 3, and on by threes, with what is left over in front. */
export function spansOf(count: number): number[] {
  if (count === 3) return [6, 3, 3];
  const leading = [[], count === 1 ? [6] : [3, 3, 3, 3], [3, 3]][count % 3] ?? [];
  return [...leading, ...Array(count - leading.length).fill(2)];
}

const sizesOf = (span: number): string => (span === 6 ? "min(26rem, 85vw)" : span === 3 ? "13rem" : "9rem");

function tileStyle(span: number, count: number, shape: number): CSSProperties {
  const ratio = count === 1 ? shape : span === COLUMNS ? 2 : 1;
  return { gridColumn: `span ${span}`, aspectRatio: String(Math.round(1000 * ratio) / 1000) };
}

/**
 * Width by height of a picture that stands alone. What is known when it is first drawn counts; later only the pixels of a file that
 * was chosen here, which are known in a moment: nothing may jump when the picture itself arrives.
 */
function useShape([only, ...more]: readonly Cell[]): number {
  const alone = more.length ? undefined : only;
  const [kept, keep] = useState<{ key: string; shape: number | null }>();
  if (!alone) return UNKNOWN_SHAPE;
  const known = alone.width && alone.height ? alone.width / alone.height : null;
  if (kept?.key !== alone.key || (kept.shape === null && known && alone.stage === "uploading" && alone.local))
    keep({ key: alone.key, shape: known });
  const shape = kept?.key === alone.key ? kept.shape : known;
  return Math.min(WIDEST, Math.max(NARROWEST, shape ?? UNKNOWN_SHAPE));
}

/** What is worth interrupting for: a file that is ready, one that failed. It has no percentages. */
function summary(cells: readonly Cell[]): string {
  const ready = cells.filter(({ stage }) => stage === "done").length;
  const failed = cells.filter(({ stage }) => stage === "failed");
  const reasons = failed.map(({ name, error }) => `${name} failed: ${error?.reason ?? ""}`);
  return [ready ? `${ready} of ${cells.length} ready.` : "", ...reasons].filter(Boolean).join(" ");
}
