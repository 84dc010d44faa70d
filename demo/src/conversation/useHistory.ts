/** The pages of a conversation, newest first, as far as somebody has scrolled. */
import type { State } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";

const PAGE = 30;

export interface History {
  loading: boolean;
  problem: string | null;
  /** Whether there are older messages than those that were loaded; unknown before the first page. */
  more: boolean;
  loaded: boolean;
  loadOlder(): void;
}

export function useHistory(personId: number, state: State): History {
  const client = useClient();
  const [next, setNext] = useState<string | null | undefined>(undefined); // undefined: nothing is loaded yet
  const [oldest, setOldest] = useState<number | null>(null);
  const [loading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const busy = useRef(false);

  const load = useCallback(
    async (cursor: string | null) => {
      if (busy.current) return;
      busy.current = true;
      setLoading(true);
      setProblem(null);
      try {
        const { items, next } = await client.messages(personId, cursor, PAGE);
        setOldest(items.at(-1)?.message_id ?? null);
        setNext(next);
      } catch (error) {
        setProblem((error as Error).message);
      } finally {
        busy.current = false;
        setLoading(false);
      }
    },
    [client, personId],
  );

  useEffect(() => void load(null), [load]);

  const loadOlder = useCallback(() => {
    if (next !== null) void load(next ?? null);
  }, [load, next]);
  const isHere = oldest === null || oldest in state.messages; // what the store knows is shown with the next frame
  return {
    loading,
    problem,
    more: isHere && typeof next === "string",
    loaded: isHere && next !== undefined,
    loadOlder,
  };
}
