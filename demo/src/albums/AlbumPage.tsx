/** An album: a grid of all that is in it, which takes more by dropping, pasting and picking. */
import type { State } from "mediadock";
import { AlbumGrid, type Cell, cellsOf, useClient, useDirectUpload } from "mediadock/react";
import { type ChangeEvent, useMemo, useRef, useState } from "react";
import { Icon } from "../app/Icon";
import { Problem } from "../app/Problem";
import { albumAddress, goTo } from "../app/route";
import { DropZone } from "../composer/DropZone";
import { freshen } from "../conversation/freshen";
import { Lightbox } from "../lightbox/Lightbox";
import { shownAmong } from "../lightbox/shown";
import { assetIdsOf } from "../media/cells";
import type { Me } from "../session/useSession";
import { albumSurface } from "./surface";
import { type OpenAlbum, useAlbum } from "./useAlbum";
import "./albums.css";

interface Props {
  albumId: number;
  me: Me;
  state: State;
}

export function AlbumPage({ albumId, me, state }: Props) {
  const client = useClient();
  const open = useAlbum(albumId, me.id);
  const { ids } = open;
  const to = albumSurface(client, albumId);
  const { start, uploads, retry, remove, cancel } = useDirectUpload({ to });
  const [lookingAt, setLookingAt] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const cells = useMemo(() => {
    // What goes in from here stays where it was put: which of several files the server hears of first is chance.
    const local = [...uploads].reverse().flatMap((upload) => cellsOf({ state, upload, messageId: null }));
    const mine = new Set(uploads.flatMap(assetIdsOf));
    const others = ids.filter((id) => !mine.has(id));
    return [...local, ...cellsOf({ state, assetIds: others })];
  }, [state, uploads, ids]);
  const shown = useMemo(() => shownAmong(cells), [cells]);

  const add = (files: Iterable<File>) => {
    for (const file of files) start([file]); // one file a session: each goes its own way
  };
  const saying = (work: Promise<unknown>) => {
    setProblem(null);
    return work.catch((error: Error) => setProblem(error.message));
  };
  const removeCell = (cell: Cell) => saying(remove(cell));

  return (
    <main className="page" aria-label="Album">
      <DropZone onFiles={add}>
        <div className="page-inside">
          <Header open={open} cells={cells} onFiles={add} onRemoved={() => goTo(albumAddress(null))} saying={saying} />
          {(problem ?? open.problem) && (
            <Problem sentence={problem ?? open.problem ?? ""} {...(!problem && { onTryAgain: open.load })} />
          )}
          {cells.length > 0 && (
            <AlbumGrid
              even
              className="album-grid"
              cells={cells}
              label="In this album"
              incoming="Not finished"
              onOpen={({ asset }) => asset && setLookingAt(asset.asset_id)}
              onRetry={(cell) => saying(retry(cell))}
              onRemove={removeCell}
              onCancel={(cell) => saying(cancel(cell))}
              onStale={({ asset }) => asset && void freshen(client, asset.asset_id)}
            />
          )}
          {open.more && (
            <button className="button quiet" type="button" onClick={open.loadOlder}>
              Show older ones
            </button>
          )}
          {open.loaded && cells.length === 0 && (
            <div className="nothing-yet">
              <Icon name="upload" />
              <p>Nothing is in here yet. Drop pictures and films here, or pick them.</p>
            </div>
          )}
        </div>
      </DropZone>
      {lookingAt !== null && (
        <Lightbox
          assets={shown}
          assetId={lookingAt}
          onMove={setLookingAt}
          onClose={() => setLookingAt(null)}
          onRemove={(asset) => void saying(client.delete(asset.asset_id))}
          myId={me.id}
        />
      )}
    </main>
  );
}

interface HeaderProps {
  open: OpenAlbum;
  cells: readonly Cell[];
  onFiles: (files: Iterable<File>) => void;
  onRemoved: () => void;
  saying: (work: Promise<unknown>) => Promise<unknown>;
}

function Header({ open, cells, onFiles, onRemoved, saying }: HeaderProps) {
  const picker = useRef<HTMLInputElement>(null);
  const [sure, setSure] = useState(false);
  const chosen = ({ target }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(target.files ?? [])]);
    target.value = ""; // so that the same file can be chosen again
  };
  return (
    <>
      <header className="page-header">
        <a className="icon-button" href={albumAddress(null)} aria-label="Back to albums">
          <Icon name="back" />
        </a>
        <h1 dir="auto">{open.album?.title ?? "\u00a0"}</h1>
        <input ref={picker} type="file" multiple accept="image/*,video/*" hidden onChange={chosen} />
        <button className="button" type="button" onClick={() => picker.current?.click()}>
          <Icon name="plus" />
          Add pictures
        </button>
        <button className="icon-button" type="button" onClick={() => setSure(true)} aria-label="Delete this album">
          <Icon name="trash" />
        </button>
      </header>
      {sure && (
        <div className="page-problem" role="alert">
          Delete this album and all that is in it?
          <span>
            <button
              className="button quiet"
              type="button"
              onClick={() => void saying(open.remove().then(onRemoved)).finally(() => setSure(false))}
            >
              Delete
            </button>
            <button className="button quiet" type="button" onClick={() => setSure(false)}>
              Keep it
            </button>
          </span>
        </div>
      )}
      <p className="page-note">{summary(cells)}</p>
    </>
  );
}

function summary(cells: readonly Cell[]): string {
  const count = (...stages: string[]) => cells.filter(({ stage }) => stages.includes(stage)).length;
  const said = [
    [count("done"), "ready"],
    [count("uploading"), "uploading"],
    [count("processing", "thumbnail_ready"), "processing"],
    [count("failed"), "failed"],
  ] as const;
  const words = said.flatMap(([many, word]) => (many ? [`${many} ${word}`] : []));
  return words.join(" · ") || "\u00a0";
}
