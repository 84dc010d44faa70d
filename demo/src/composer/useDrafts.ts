/** Files that were chosen and not sent yet, with what is wrong with them before anything is sent. */
import { findProblems, type Kind, kindOfName, type Limits } from "mediadock";
import { useClient } from "mediadock/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

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
  /** By draft, in the server's words; `all` is about their number. */
  problems: { byId: ReadonlyMap<number, string>; all: string | null };
}

let made = 0;

export function useDrafts(): Drafts {
  const client = useClient();
  const [list, setList] = useState<readonly Draft[]>([]);
  const [limits, setLimits] = useState<Limits | null>(null);
  const urls = useRef(new Set<string>());

  useEffect(() => {
    client.config().then(
      (config) => setLimits(config.profiles.chat ?? null),
      () => {}, // the server checks too
    );
  }, [client]);

  useEffect(() => {
    const all = urls.current;
    return () => {
      for (const url of all) URL.revokeObjectURL(url);
    };
  }, []);

  const letGo = useCallback((drafts: readonly Draft[]) => {
    for (const { previewUrl } of drafts) {
      if (!previewUrl) continue;
      URL.revokeObjectURL(previewUrl);
      urls.current.delete(previewUrl);
    }
  }, []);

  const add = useCallback((files: Iterable<File>) => {
    const drafts = [...files].map((file): Draft => {
      const kind = kindOf(file);
      const previewUrl = kind === "image" || kind === "video" ? URL.createObjectURL(file) : null;
      if (previewUrl) urls.current.add(previewUrl);
      return { id: ++made, file, kind, previewUrl };
    });
    setList((all) => [...all, ...drafts]);
  }, []);

  const problems = useMemo(() => problemsOf(list, limits), [list, limits]);
  return {
    list,
    add,
    problems,
    remove: (id) => {
      letGo(list.filter((draft) => draft.id === id));
      setList((all) => all.filter((draft) => draft.id !== id));
    },
    clear: () => {
      letGo(list);
      setList([]);
    },
  };
}

function kindOf(file: File): Kind {
  const said = /^(image|video|audio)\//.exec(file.type)?.[1] as Kind | undefined;
  return kindOfName(file.name) ?? said ?? "file";
}

function problemsOf(list: readonly Draft[], limits: Limits | null): Drafts["problems"] {
  const byId = new Map<number, string>();
  let all: string | null = null;
  if (!list.length || !limits) return { byId, all };
  const files = list.map(({ file }) => file);
  for (const { field, message } of findProblems(files, limits)) {
    const draft = list[Number(/^attachments\.(\d+)\./.exec(field)?.[1] ?? Number.NaN)];
    if (draft) byId.set(draft.id, message);
    else all = message;
  }
  return { byId, all };
}
