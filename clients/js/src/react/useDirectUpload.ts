/** Sending files from a component. */
import { useCallback, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { useClient } from "./context.js";
import { perFrame } from "./frame.js";
import type { DirectUpload, LocalUpload, StartOptions } from "./types.js";
import { uploadsOf } from "./uploads.js";

const NONE: readonly LocalUpload[] = [];

/** Uploads go on when the component goes away; another one with the same client shows them again. */
export function useDirectUpload(options: Partial<StartOptions> = {}): DirectUpload {
  const client = useClient();
  const store = uploadsOf(client);
  const subscribe = useMemo(() => perFrame(store.subscribe), [store]);
  const all = useSyncExternalStore(subscribe, store.list, () => NONE);
  const { to } = options;
  const uploads = useMemo(() => (to === undefined ? all : all.filter((each) => each.to === to)), [all, to]);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  const start = useCallback<DirectUpload["start"]>(
    (files, overrides) => {
      const { to, ...how } = { ...latest.current, ...overrides };
      if (to === undefined) throw new TypeError("Nobody to send to: give `to` to useDirectUpload or to start.");
      return store.start([...files], { ...how, to });
    },
    [store],
  );
  const resume = useCallback<DirectUpload["resume"]>((matches) => store.resume(matches, latest.current), [store]);
  const { dismiss, retry, remove, cancel } = store;
  return useMemo(
    () => ({ start, uploads, dismiss, retry, remove, cancel, resume }),
    [start, uploads, dismiss, retry, remove, cancel, resume],
  );
}
