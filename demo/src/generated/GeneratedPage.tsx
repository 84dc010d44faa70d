/** Images that a machine makes: what was asked for, and each image as it comes. */
import type { Generation, State } from "mediadock";
import { AlbumGrid, cellsOf, useClient, useDirectUpload } from "mediadock/react";
import { useMemo, useState } from "react";
import { Icon } from "../app/Icon";
import { Problem } from "../app/Problem";
import { freshen } from "../conversation/freshen";
import { Lightbox } from "../lightbox/Lightbox";
import { shownAmong } from "../lightbox/shown";
import { dayName } from "../message/moments";
import type { Me } from "../session/useSession";
import { useGenerations } from "./useGenerations";
import "../albums/albums.css";

export function GeneratedPage({ me, state }: { me: Me; state: State }) {
  const { list, more, problem, load, loadOlder } = useGenerations(me.id);
  return (
    <main className="page">
      <div className="page-inside">
        <header className="page-header">
          <h1>Generated</h1>
        </header>
        {problem && <Problem sentence={problem} onTryAgain={load} />}
        {list?.map((generation) => (
          <Images key={generation.generationId} generation={generation} me={me} state={state} />
        ))}
        {more && (
          <button className="button quiet" type="button" onClick={loadOlder}>
            Show older ones
          </button>
        )}
        {list?.length === 0 && (
          <div className="nothing-yet">
            <Icon name="generated" />
            <p>No images yet. A machine with a service token of yours brings them.</p>
          </div>
        )}
      </div>
    </main>
  );
}

function Images({ generation, me, state }: { generation: Generation; me: Me; state: State }) {
  const client = useClient();
  const { retry, remove } = useDirectUpload({});
  const { generationId, images } = generation;
  const [lookingAt, setLookingAt] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const cells = useMemo(
    () => cellsOf({ state, assetIds: images.flatMap(({ media }) => media?.mediaId ?? []) }),
    [state, images],
  );
  const shown = useMemo(() => shownAmong(cells), [cells]);
  const first = images[0];
  const waiting = images.filter(({ media }) => !media).length;
  const saying = (work: Promise<unknown>) => void work.catch((error: Error) => setProblem(error.message));
  return (
    <section className="generation" aria-label={first?.prompt || generationId}>
      <h2 dir="auto">{first?.prompt || generationId}</h2>
      <p className="page-note">
        {[first?.model, first && dayName(first.createdAt), waiting > 0 && `${waiting} of ${images.length} to come`]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {problem && <Problem sentence={problem} />}
      {cells.length > 0 && (
        <AlbumGrid
          even
          className="album-grid"
          cells={cells}
          label="Its images"
          incoming="On its way"
          onOpen={({ asset }) => asset && setLookingAt(asset.asset_id)}
          onRetry={(cell) => saying(retry(cell))}
          onRemove={(cell) => saying(remove(cell))}
          onStale={({ asset }) => asset && void freshen(client, asset.asset_id)}
        />
      )}
      {lookingAt !== null && (
        <Lightbox
          assets={shown}
          assetId={lookingAt}
          onMove={setLookingAt}
          onClose={() => setLookingAt(null)}
          onRemove={(asset) => saying(client.delete(asset.asset_id))}
          myId={me.id}
        />
      )}
    </section>
  );
}
