/** What the server would refuse about the chosen files, in its words, before anything is sent. It has the last word. */
import { type Config, type FieldProblem, findPictureProblems, findProblems } from "mediadock";
import { useClient } from "mediadock/react";
import { useEffect, useMemo, useState } from "react";
import type { Draft } from "./draft";

export interface Problems {
  /** By draft. */
  byId: ReadonlyMap<number, string>;
  /** About the number of files. */
  all: string | null;
}

/** By the limits of wherever the files are to go; fields are named as in a message of many files. */
export type FindProblems = (files: readonly File[], config: Config) => readonly FieldProblem[];

export const findChatProblems: FindProblems = (files, { profiles: { chat } }) =>
  chat ? findProblems(files, chat) : [];

interface Looked {
  drafts: readonly Draft[];
  problems: readonly FieldProblem[];
}

export function useProblems(drafts: readonly Draft[], find: FindProblems): Problems {
  const client = useClient();
  const [config, setConfig] = useState<Config | null>(null);
  const [looked, setLooked] = useState<Looked | null>(null);
  const limits = config?.profiles.chat;

  useEffect(() => {
    client.config().then(setConfig, () => {});
  }, [client]);

  // Dimensions are in the files themselves, which takes a moment to read.
  useEffect(() => {
    if (!config || !limits || !drafts.length) return;
    let current = true;
    findPictureProblems(filesOf(drafts), limits, config.dimensions).then(
      (problems) => current && setLooked({ drafts, problems }),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [config, limits, drafts]);

  return useMemo(() => {
    const byId = new Map<number, string>();
    let all: string | null = null;
    if (!drafts.length || !config) return { byId, all };
    const further = looked?.drafts === drafts ? looked.problems : [];
    for (const { field, message } of [...find(filesOf(drafts), config), ...further]) {
      const draft = drafts[Number(/^attachments\.(\d+)\./.exec(field)?.[1] ?? Number.NaN)];
      if (draft) byId.set(draft.id, message);
      else all = message;
    }
    return { byId, all };
  }, [drafts, config, looked, find]);
}

const filesOf = (drafts: readonly Draft[]): File[] => drafts.map(({ file }) => file);
