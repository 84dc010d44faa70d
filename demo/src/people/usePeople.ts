/** The people one can write to, found by name; and the beginnings of their conversations, for the list. */
import type { Client, User } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";

const TYPING_MS = 200;
const PREVIEWS = 20; // conversations looked into for the list; one after the other, so that nothing else waits
const PREVIEW_MESSAGES = 20;

export interface People {
  list: readonly User[];
  search: string;
  setSearch(text: string): void;
  problem: string | null;
  tryAgain(): void;
  /** Names and pictures as they are now; those of others change without an event. */
  refresh(): void;
  byId(id: number): User;
  /** Those with whom it is known whether there are messages. */
  looked: ReadonlySet<number>;
}

export function usePeople(): People {
  const client = useClient();
  const [search, setSearch] = useState("");
  const [list, setList] = useState<readonly User[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [looked, setLooked] = useState<ReadonlySet<number>>(new Set());
  const known = useRef(new Map<number, User>());

  // biome-ignore lint/correctness/useExhaustiveDependencies: `attempt` counts the wishes to try again
  useEffect(() => {
    const looking = new AbortController();
    const timer = setTimeout(
      async () => {
        try {
          const found = await client.findUsers(search);
          if (looking.signal.aborted) return;
          for (const user of found) known.current.set(user.id, user);
          setList(found);
          setProblem(null);
          const tell = (id: number) => setLooked((all) => new Set(all).add(id));
          await lookInto(client, found.slice(0, PREVIEWS), tell, looking.signal);
        } catch (error) {
          if (!looking.signal.aborted) setProblem((error as Error).message);
        }
      },
      search ? TYPING_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      looking.abort();
    };
  }, [client, search, attempt]);

  const refresh = useCallback(() => {
    client.findUsers(search).then(
      (found) => {
        for (const user of found) known.current.set(user.id, user);
        setList(found);
      },
      () => {}, // what is shown stays
    );
  }, [client, search]);

  const byId = useCallback((id: number) => known.current.get(id) ?? { id, username: `Person ${id}`, avatar: null }, []);
  return { looked, list, refresh, search, setSearch, problem, tryAgain: () => setAttempt((count) => count + 1), byId };
}

type Tell = (id: number) => void;

async function lookInto(client: Client, people: readonly User[], tell: Tell, signal: AbortSignal): Promise<void> {
  for (const { id } of people) {
    if (signal.aborted) return;
    await client.messages(id, null, PREVIEW_MESSAGES).then(
      () => tell(id),
      () => {}, // the conversation itself will say what is wrong
    );
  }
}
