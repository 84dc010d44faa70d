/** Files that were chosen and not sent yet, with what is wrong with them before anything is sent. */
import { type Kind, kindOfName } from "mediadock";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Problems, useProblems } from "./useProblems";

export interface Draft {
  id: number;
  file: File;
  kind: Kind;
  previewUrl: string | null;
}

export interface Drafts {
  list: readonly Draft[];
  add(files: Iterable<File>): void;
  remove(id: number): void;
  clear(): void;
  problems: Problems;
}

let made = 0;

export function useDrafts(): Drafts {
  const [list, setList] = useState<readonly Draft[]>([]);
  const problems = useProblems(list);
  const urls = useRef(new Set<string>());

  useEffect(() => {
    const all = urls.current;
    return () => {
      for (const url of all) URL.revokeObjectURL(url);
    };
  }, []);

  // Only what is gone from the page is let go: a film that is being loaded would complain.
  useEffect(() => {
    const shown = new Set(list.map(({ previewUrl }) => previewUrl));
    for (const url of urls.current) {
      if (shown.has(url)) continue;
      URL.revokeObjectURL(url);
      urls.current.delete(url);
    }
  }, [list]);

  const add = useCallback((files: Iterable<File>) => {
    const drafts = [...files].map((file): Draft => {
      const kind = kindOf(file);
      const previewUrl = kind === "image" || kind === "video" ? URL.createObjectURL(file) : null;
      if (previewUrl) urls.current.add(previewUrl);
      return { id: ++made, file, kind, previewUrl };
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
