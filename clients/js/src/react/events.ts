/** What the client's store knows, for components. */
import { useMemo, useSyncExternalStore } from "react";
import { EMPTY_STATE, type State, type StreamStatus } from "../index.js";
import { cellsOf, sameCell } from "./cells.js";
import { useClient } from "./context.js";
import { perFrame } from "./frame.js";
import type { Cell, CellSource, Events } from "./types.js";

const nothing = (): State => EMPTY_STATE;
const idle = (): StreamStatus => "idle";

/** Everything that events and lists have told. The stream is open while a component that uses this is mounted. */
export function useEvents(): Events {
  const client = useClient();
  const { store, events } = client;
  const subscribe = useMemo(() => perFrame(store.subscribe), [store]);
  const state = useSyncExternalStore(subscribe, store.getState, nothing);
  const status = useSyncExternalStore(events.onStatus, () => events.status, idle);
  const { error } = events;
  return useMemo(() => ({ state, status, error }), [state, status, error]);
}

/** The cells of one message; the component is drawn again only when one of them changes. */
export function useCells({ messageId, upload }: Omit<CellSource, "state">): readonly Cell[] {
  const { store } = useClient();
  const subscribe = useMemo(() => perFrame(store.subscribe), [store]);
  const select = useMemo(() => {
    let known: readonly Cell[] = [];
    let of: State | undefined;
    return (state: State) => {
      if (state === of) return known;
      of = state;
      const next = cellsOf({ state, upload, ...(messageId !== undefined && { messageId }) });
      const same = next.length === known.length && next.every((cell, index) => sameCell(cell, known[index]));
      if (!same) known = next;
      return known;
    };
  }, [messageId, upload]);
  return useSyncExternalStore(
    subscribe,
    () => select(store.getState()),
    () => select(EMPTY_STATE),
  );
}
