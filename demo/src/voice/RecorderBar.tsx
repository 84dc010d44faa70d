/** While one speaks: the time, the level, and two ways to end. */
import { useEffect, useRef } from "react";
import { Icon } from "../app/Icon";
import { spanOf } from "../message/moments";
import type { Recorder } from "./useRecorder";

interface Props {
  recorder: Recorder;
  onSend: () => void;
}

export function RecorderBar({ recorder: { seconds, levels, cancel }, onSend }: Props) {
  const send = useRef<HTMLButtonElement>(null);
  useEffect(() => send.current?.focus(), []);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape is a short cut for the button beside it
    <div className="composer-row recorder" onKeyDown={(event) => event.key === "Escape" && cancel()}>
      <button className="icon-button" type="button" onClick={cancel} aria-label="Cancel the recording">
        <Icon name="trash" />
      </button>
      <span className="recorder-dot" aria-hidden="true" />
      <span className="recorder-time" role="timer" aria-label="Recorded">
        {spanOf(seconds)}
      </span>
      <span className="recorder-levels" aria-hidden="true">
        {levels.map((level, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          <span key={index} style={{ height: `${Math.round(8 + 92 * level)}%` }} />
        ))}
      </span>
      <span className="visually-hidden" role="status">
        Recording
      </span>
      <button
        ref={send}
        className="icon-button primary"
        type="button"
        onClick={onSend}
        aria-label="Send the voice message"
      >
        <Icon name="send" />
      </button>
    </div>
  );
}
