/** The feed: everybody's posts, newest first, and one's own that are not out yet. What their media look like is in the store. */
import type { Post } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";
import { introduce, postedAsset } from "../media/assets";
import { useFrames } from "../media/useFrames";

interface Page {
  items: Post[];
  next: string | null;
}

export interface Feed {
  posts: readonly Post[];
  loaded: boolean;
  loading: boolean;
  more: boolean;
  problem: string | null;
  refresh(): void;
  loadOlder(): void;
  /** A post of one's own that has just been made. */
  add(post: Post): void;
  remove(postId: number): Promise<void>;
}

export function useFeed(): Feed {
  const client = useClient();
  const [posts, setPosts] = useState<readonly Post[]>([]);
  const [next, setNext] = useState<string | null | undefined>(undefined); // undefined: nothing is loaded yet
  const [loading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const gone = useRef(new Set<number>()); // a page that was asked for before knows them still
  const made = useRef(new Set<number>()); // since the first page was asked for, which may not know them yet

  const add = useCallback(
    (post: Post) => {
      introduce(
        client,
        post.media.map((medium) => postedAsset(medium, post.authorId)),
      );
      made.current.add(post.postId);
      setPosts((before) => merged(before, [post], gone.current));
    },
    [client],
  );
  const ask = useCallback(
    async (cursor: string | null) => {
      setLoading(true);
      if (!cursor) made.current.clear();
      setProblem(null);
      try {
        const page = await client.api.request<Page>("GET", "/feed", { query: { cursor } });
        introduce(
          client,
          page.items.flatMap(({ media, authorId }) => media.map((medium) => postedAsset(medium, authorId))),
        );
        setPosts((before) => merged(cursor ? before : within(before, page, made.current), page.items, gone.current));
        setNext((before) => (cursor || before === undefined ? page.next : before));
      } catch (error) {
        setProblem((error as Error).message);
      } finally {
        setLoading(false);
      }
    },
    [client],
  );
  const refresh = useCallback(() => void ask(null), [ask]);
  const forget = (postId: number) => {
    gone.current.add(postId);
    setPosts((before) => before.filter((post) => post.postId !== postId));
  };

  useEffect(refresh, [refresh]);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && refresh();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [refresh]);
  useFrames("post_update", ({ data: { postId, status } }) => {
    if (status === "deleted") forget(Number(postId));
    else refresh();
  });

  return {
    posts,
    loaded: next !== undefined,
    loading,
    more: typeof next === "string",
    problem,
    refresh,
    loadOlder: () => void ask(next ?? null),
    add,
    remove: async (postId) => {
      await client.api.request<void>("DELETE", `/feed/${postId}`);
      forget(postId);
    },
  };
}

/** Each once, as it was told last. */
function merged(before: readonly Post[], told: readonly Post[], gone: ReadonlySet<number>): Post[] {
  const all = new Map([...before, ...told].map((post) => [post.postId, post]));
  return [...all.values()].filter(({ postId }) => !gone.has(postId)).sort((a, b) => b.postId - a.postId);
}

/** What the first page does not show any more, of all that it would show, has been taken back. */
function within(before: readonly Post[], { items, next }: Page, made: ReadonlySet<number>): Post[] {
  const oldest = next === null ? 0 : (items.at(-1)?.postId ?? 0);
  return before.filter(({ postId }) => postId < oldest || made.has(postId));
}
