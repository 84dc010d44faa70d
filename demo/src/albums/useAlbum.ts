/** One album: its title, and the ids of what is in it, newest first. What these look like is in the store. */
import type { Album, AlbumMedium, Asset, Client } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { albumAsset, introduce } from "../media/assets";
import { useFrames } from "../media/useFrames";

const SOON_MS = 200; // the events of many files come together: one question for all of them

interface Page {
  items: AlbumMedium[];
  next: string | null;
}

export interface OpenAlbum {
  /** Null before it is there. */
  album: Album | null;
  ids: readonly number[];
  loaded: boolean;
  more: boolean;
  problem: string | null;
  load(): void;
  loadOlder(): void;
  remove(): Promise<void>;
}

export function useAlbum(albumId: number, myId: number): OpenAlbum {
  const client = useClient();
  const [album, setAlbum] = useState<Album | null>(null);
  const [ids, setIds] = useState<readonly number[]>([]);
  const [next, setNext] = useState<string | null | undefined>(undefined); // undefined: nothing is loaded yet
  const [problem, setProblem] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const ask = useCallback(
    async (cursor: string | null, isFirst: boolean) => {
      setProblem(null);
      try {
        const page = await client.api.request<Page>("GET", `/albums/${albumId}/media`, { query: { cursor } });
        introduce(client, await assetsOf(client, page.items, myId));
        setIds((before) => newestFirst([...before, ...page.items.map(({ mediaId }) => mediaId)]));
        setNext((before) => (isFirst || before === undefined || cursor ? page.next : before));
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [client, albumId, myId],
  );
  const load = useCallback(() => {
    client.api.request<Album>("GET", `/albums/${albumId}`).then(setAlbum, (error: Error) => setProblem(error.message));
    void ask(null, true);
  }, [client, albumId, ask]);
  useEffect(load, [load]);
  useEffect(() => () => clearTimeout(timer.current), []);

  // Events do not tell the album: one of a file that is not known here may be of one that another device put in.
  useFrames("album_update", ({ data }) => {
    if (ids.includes(Number(data.asset_id)) || data.stage === "deleted") return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void ask(null, false), SOON_MS);
  });

  return {
    album,
    ids,
    loaded: next !== undefined,
    more: typeof next === "string",
    problem,
    load,
    loadOlder: () => void ask(next ?? null, false),
    remove: () => client.api.request<void>("DELETE", `/albums/${albumId}`),
  };
}

const newestFirst = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => b - a);

/** What is not ready has more to tell than the list of an album does. */
async function assetsOf(client: Client, media: readonly AlbumMedium[], myId: number): Promise<Asset[]> {
  const asked = media.map((medium) =>
    medium.status === "uploaded"
      ? albumAsset(medium, myId)
      : client.api.request<Asset>("GET", `/assets/${medium.mediaId}/`).catch(() => null),
  ); // it may have been removed meanwhile
  return (await Promise.all(asked)).flatMap((asset) => asset ?? []);
}
