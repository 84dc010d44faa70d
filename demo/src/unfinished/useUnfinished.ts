/** Uploads that were begun and wait for bytes: from before a reload, or from another device. */
import { type Asset, matchUnfinished, type State, Stopped, type Unfinished } from "mediadock";
import { type DirectUpload, useClient } from "mediadock/react";
import { useCallback, useEffect, useMemo, useState } from "react";

export interface UnfinishedUploads {
  list: readonly Unfinished[];
  problem: string | null;
  /** Goes on with those among `files` that are expected; says which are not. */
  goOn(files: readonly File[]): void;
  discard(uploads: readonly Unfinished[]): Promise<void>;
}

export function useUnfinished(state: State, resume: DirectUpload["resume"]): UnfinishedUploads {
  const client = useClient();
  const [listed, setList] = useState<readonly Unfinished[]>([]);
  const [problem, setProblem] = useState<string | null>(null);

  const { assets } = state;
  const list = useMemo(() => listed.filter(({ asset_id }) => isOpen(assets[asset_id]?.asset)), [listed, assets]);

  const without = useCallback((gone: readonly Unfinished[]) => {
    const ids = new Set(gone.map(({ asset_id }) => asset_id));
    setList((all) => all.filter(({ asset_id }) => !ids.has(asset_id)));
  }, []);

  useEffect(() => {
    let current = true;
    client.unfinished().then(
      (all) => current && setList(all.filter(({ profile }) => profile === "chat")),
      () => {}, // nothing to offer while the server is away
    );
    return () => {
      current = false;
    };
  }, [client]);

  const goOn = (files: readonly File[]) => {
    const matches = matchUnfinished(list, files);
    const strangers = files.filter((file) => !matches.some((match) => match.file === file));
    setProblem(strangers.length ? strangersSentence(strangers) : null);
    without(matches.map(({ upload }) => upload));
    for (const { upload, files: sent } of resume(matches)) {
      upload.sent.catch((error: Error) => {
        if (error instanceof Stopped) return;
        const chosen = new Set(sent.map(({ file }) => file));
        setProblem(error.message);
        setList((all) => [...all, ...matches.flatMap((match) => (chosen.has(match.file) ? [match.upload] : []))]);
      });
    }
  };

  const discard = async (uploads: readonly Unfinished[]) => {
    setProblem(null);
    try {
      await Promise.all(uploads.map(({ asset_id }) => client.abort(asset_id)));
      without(uploads);
    } catch (error) {
      setProblem((error as Error).message);
    }
  };

  return { list, problem, goOn, discard };
}

/** It may have expired since it was listed, or gone on elsewhere. */
const isOpen = (asset: Asset | null | undefined): boolean => !asset || asset.stage === "uploading";

function strangersSentence(files: readonly File[]): string {
  const names = files.map(({ name }) => `“${name}”`).join(", ");
  return `${names} ${files.length > 1 ? "are" : "is"} not among the unfinished files: name and size must be the same.`;
}
