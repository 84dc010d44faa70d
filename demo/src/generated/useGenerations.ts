/** One's generations, newest first: their names, and the media of those images that are on their way or there. */
import type { Asset, Client, Generation } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { albumAsset, introduce } from "../media/assets";
import { useFrames } from "../media/useFrames";

const SOON_MS = 200; // the events of many images come together: one question for all of them

interface Page {
  items: Generation[];
  next: string | null;
}

export interface Generations {
  /** Null before they are there. */
  list: readonly Generation[] | null;
  more: boolean;
  problem: string | null;
  load(): void;
  loadOlder(): void;
}

export function useGenerations(myId: number): Generations {
  const client = useClient();
  const [list, setList] = useState<readonly Generation[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const ask = useCallback(
    async (cursor: string | null) => {
      setProblem(null);
      try {
        const page = await client.api.request<Page>("GET", "/generated", { query: { cursor } });
        introduce(client, await assetsOf(client, page.items, myId));
        setList((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
        setNext(page.next);
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [client, myId],
  );
  const load = useCallback(() => void ask(null), [ask]);
  useEffect(load, [load]);
  useEffect(() => () => clearTimeout(timer.current), []);

  // Events tell what became of an image, and not which generation it is of.
  useFrames("generated_update", ({ data }) => {
    const isKnown = list?.some(({ images }) => images.some(({ media }) => media?.mediaId === data.asset_id));
    if (isKnown && data.stage !== "deleted") return;
    clearTimeout(timer.current);
    timer.current = setTimeout(load, SOON_MS);
  });

  return { list, more: next !== null, problem, load, loadOlder: () => void ask(next) };
}

/** What is not ready has more to tell than the list does. */
async function assetsOf(client: Client, generations: readonly Generation[], myId: number): Promise<Asset[]> {
  const images = generations.flatMap((generation) => generation.images);
  const asked = images.map(({ status, media }) => {
    if (!media) return null;
    if (status === "uploaded") return albumAsset({ ...media, status }, myId);
    return client.api.request<Asset>("GET", `/assets/${media.mediaId}/`).catch(() => null);
  });
  return (await Promise.all(asked)).flatMap((asset) => asset ?? []);
}
