/** Events that tell more than the store keeps: those of one type, as they come. */
import type { EventFrame } from "mediadock";
import { useClient } from "mediadock/react";
import { useEffect, useRef } from "react";

export function useFrames(type: string, onFrame: (frame: EventFrame) => void): void {
  const { events } = useClient();
  const latest = useRef(onFrame);
  useEffect(() => {
    latest.current = onFrame;
  });
  useEffect(
    () => events.subscribe((frame) => void (frame.type === type && frame.seq !== null && latest.current(frame))),
    [events, type],
  );
}
