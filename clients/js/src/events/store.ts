/** The state that the stream's events add up to, for a user interface: fits React's `useSyncExternalStore`. */
import type { EventFrame, Message } from "../api/values.js";
import { createListeners } from "../network/listeners.js";
import { reduce, reduceMessages } from "./reducer.js";
import { EMPTY_STATE, type State } from "./state.js";
import type { EventStream } from "./stream.js";

export interface Store {
  getState(): State;
  subscribe(listener: () => void): () => void;
  dispatch(frame: EventFrame): void;
  /** Takes in messages read from the API; `seq` is the `last_seq` that was read before them. */
  add(messages: readonly Message[], seq: number): void;
}

/** Listens to `stream` while anybody listens to it. */
export function createStore(stream: EventStream): Store {
  const listeners = createListeners();
  let state = EMPTY_STATE;
  let leave: (() => void) | undefined;
  const become = (next: State) => {
    if (next === state) return;
    state = next;
    listeners.tell();
  };
  const dispatch = (frame: EventFrame) => become(reduce(state, frame));
  return {
    getState: () => state,
    dispatch,
    add: (messages, seq) => become(reduceMessages(state, messages, seq)),
    subscribe: (listener) => {
      const remove = listeners.add(listener);
      leave ??= stream.subscribe(dispatch);
      return () => {
        remove();
        if (listeners.size) return;
        leave?.();
        leave = undefined;
      };
    },
  };
}
