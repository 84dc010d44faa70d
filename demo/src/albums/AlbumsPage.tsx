/** One's albums, and a way to a new one. */
import { type FormEvent, useState } from "react";
import { Icon } from "../app/Icon";
import { Problem } from "../app/Problem";
import { albumAddress, goTo } from "../app/route";
import { dayName } from "../message/moments";
import { useAlbums } from "./useAlbums";
import "./albums.css";

const LONGEST_TITLE = 200;

export function AlbumsPage() {
  const albums = useAlbums();
  const { list } = albums;
  return (
    <main className="page">
      <div className="page-inside narrow">
        <header className="page-header">
          <h1>Albums</h1>
        </header>
        <NewAlbum create={albums.create} />
        {albums.problem && <Problem sentence={albums.problem} onTryAgain={albums.load} />}
        {list && list.length > 0 && (
          <ul className="albums" aria-label="Your albums">
            {list.map(({ albumId, title, createdAt }) => (
              <li key={albumId}>
                <a className="album-link" href={albumAddress(albumId)}>
                  <Icon name="albums" />
                  <span className="album-title" dir="auto">
                    {title}
                  </span>
                  <time dateTime={createdAt}>{dayName(createdAt)}</time>
                </a>
              </li>
            ))}
          </ul>
        )}
        {albums.more && (
          <button className="button quiet" type="button" onClick={albums.loadOlder}>
            Show older albums
          </button>
        )}
        {list?.length === 0 && (
          <div className="nothing-yet">
            <Icon name="albums" />
            <p>No albums yet. Give one a name, and put pictures and films into it.</p>
          </div>
        )}
      </div>
    </main>
  );
}

function NewAlbum({ create }: { create: (title: string) => Promise<{ albumId: number }> }) {
  const [title, setTitle] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!title.trim() || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const { albumId } = await create(title.trim());
      goTo(albumAddress(albumId));
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <form className="new-album" onSubmit={submit} aria-label="Make an album">
      <input
        className="field"
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        maxLength={LONGEST_TITLE}
        placeholder="Title of a new album"
        aria-label="Title of a new album"
        dir="auto"
      />
      <button className="button" type="submit" disabled={!title.trim() || busy}>
        <Icon name="plus" />
        New album
      </button>
      {problem && (
        <p className="page-problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
