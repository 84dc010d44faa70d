/** One's albums, newest first. */
import type { Album } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useState } from "react";

interface Page {
  items: Album[];
  next: string | null;
}

export interface Albums {
  /** Null before the first page is there. */
  list: readonly Album[] | null;
  more: boolean;
  problem: string | null;
  load(): void;
  loadOlder(): void;
  create(title: string): Promise<Album>;
}

export function useAlbums(): Albums {
  const client = useClient();
  const [list, setList] = useState<readonly Album[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  const ask = useCallback(
    async (cursor: string | null) => {
      setProblem(null);
      try {
        const page = await client.api.request<Page>("GET", "/albums", { query: { cursor } });
        setList((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
        setNext(page.next);
      } catch (error) {
        setProblem((error as Error).message);
      }
    },
    [client],
  );
  const load = useCallback(() => void ask(null), [ask]);
  useEffect(load, [load]);

  return {
    list,
    more: next !== null,
    problem,
    load,
    loadOlder: () => void ask(next),
    create: (title) => client.api.request<Album>("POST", "/albums", { body: { title }, creates: true }),
  };
}
