/** Of many changes at once a page draws the last: listeners are told once an animation frame. */
export type Subscribe = (listener: () => void) => () => void;

const HIDDEN_EVERY_MS = 250; // pages that nobody sees get no animation frames, and must not stand still

/** The same subscription, told at most once a frame. Leaving is put off a moment, for a component that only moves. */
export const perFrame =
  (subscribe: Subscribe): Subscribe =>
  (listener) => {
    let cancel: (() => void) | undefined;
    const tell = () => {
      cancel?.();
      cancel = undefined;
      listener();
    };
    const leave = subscribe(() => {
      cancel ??= soon(tell);
    });
    return () => {
      cancel?.();
      cancel = () => {};
      setTimeout(leave);
    };
  };

function soon(tell: () => void): () => void {
  const timer = setTimeout(tell, HIDDEN_EVERY_MS);
  const frame = requestAnimationFrame(tell);
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}
