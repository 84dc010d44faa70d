/** The files of a message: the album, and in its place the player of a film that was begun. */
import { AlbumGrid, type Cell } from "mediadock/react";
import { useState } from "react";
import type { BubbleActions } from "./actions";
import { FilmPlayer } from "./FilmPlayer";

interface Props {
  cells: readonly Cell[];
  mine: boolean;
  actions: BubbleActions;
}

export function BubbleFiles({ cells, mine, actions }: Props) {
  const [playing, setPlaying] = useState(false);
  const [first] = cells;
  const film = cells.length === 1 && first?.kind === "video" && first.stage === "done" ? first.asset : null;
  if (playing && film) return <FilmPlayer asset={film} onEnd={() => setPlaying(false)} />;
  return (
    <AlbumGrid
      cells={cells}
      {...(mine && { incoming: "Not finished" })}
      onOpen={(cell) => (film ? setPlaying(true) : actions.open(cell))}
      onRetry={mine ? actions.retry : undefined}
      onRemove={mine ? actions.remove : undefined}
      onCancel={mine ? actions.cancel : undefined}
      onStale={actions.freshen}
    />
  );
}
