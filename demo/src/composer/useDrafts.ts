/** Files that were chosen and not sent yet, with what is wrong with them before anything is sent. */
import { type Kind, kindOfName } from "mediadock";
import { createPreview, type Preview } from "mediadock/react";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Draft } from "./draft";
import { type FindProblems, findChatProblems, type Problems, useProblems } from "./useProblems";

export interface Drafts {
  list: readonly Draft[];
  add(files: Iterable<File>): void;
  remove(id: number): void;
  clear(): void;
  problems: Problems;
}

let made = 0;

/** `find` must stay the same function. */
export function useDrafts(find: FindProblems = findChatProblems): Drafts {
  const [list, setList] = useState<readonly Draft[]>([]);
  const problems = useProblems(list, find);
  const previews = useRef(new Map<number, Preview>());

  useEffect(() => {
    const all = previews.current;
    return () => {
      for (const preview of all.values()) preview.release();
      all.clear();
    };
  }, []);

  // Only what is gone from the page is let go: a film that is being loaded would complain.
  useEffect(() => {
    const shown = new Set(list.map(({ id }) => id));
    for (const [id, preview] of previews.current) {
      if (shown.has(id)) continue;
      preview.release();
      previews.current.delete(id);
    }
  }, [list]);

  const add = useCallback((files: Iterable<File>) => {
    const drafts = [...files].map((file): Draft => {
      const id = ++made;
      const kind = kindOf(file);
      const look = (previewUrl: string | null) =>
        setList((all) => all.map((draft) => (draft.id === id ? { ...draft, previewUrl } : draft)));
      const preview = createPreview(
        file,
        kind,
        ({ url }) => look(url),
        () => look(null),
      );
      if (preview) previews.current.set(id, preview);
      return { id, file, kind, previewUrl: preview?.look?.url ?? null };
    });
    setList((all) => [...all, ...drafts]);
  }, []);

  return {
    list,
    add,
    problems,
    remove: (id) => setList((all) => all.filter((draft) => draft.id !== id)),
    clear: () => setList([]),
  };
}

function kindOf(file: File): Kind {
  const said = /^(image|video|audio)\//.exec(file.type)?.[1] as Kind | undefined;
  return kindOfName(file.name) ?? said ?? "file";
}
