/** A sound as its waveform: play, see where it is, click or drag or use the arrow keys to be elsewhere. */
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { barsOf, pathOf } from "./bars.js";
import { Icon, PlayIcon } from "./icons.js";
import { usePlayback } from "./playback.js";
import { useSameObject } from "./sameObject.js";
import type { WaveformProps } from "./types.js";
import { clock } from "./words.js";

const HEIGHT = 40;
const STEP = 5;
const THICKNESS = 3;
const WIDTH_BEFORE_LAYOUT = 200;
const UNKNOWN_PEAKS = [8];

export function Waveform({ peaks, src, duration: known, label = "Sound", onStale, className }: WaveformProps) {
  const slider = useRef<HTMLDivElement>(null);
  const sound = useSameObject(src ? { src } : null);
  const draw = useCallback((fraction: number) => {
    slider.current?.style.setProperty("--md-played", `${100 * fraction}%`);
  }, []);
  const { audio, isPlaying, position, duration, toggle, seek, on } = usePlayback(known, draw);
  const width = useWidth(slider);
  const path = useMemo(() => {
    const count = Math.max(1, Math.floor(width / STEP));
    return pathOf(barsOf(peaks?.length ? peaks : UNKNOWN_PEAKS, count), width / count, HEIGHT, THICKNESS);
  }, [peaks, width]);

  const seekTo = ({ clientX, currentTarget }: PointerEvent<HTMLDivElement>) => {
    const box = currentTarget.getBoundingClientRect();
    if (box.width) seek((duration * (clientX - box.left)) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = targetOf(event.key, position, duration);
    if (to === undefined && event.key !== " ") return;
    event.preventDefault();
    if (to === undefined) toggle();
    else seek(to);
  };
  const load = () => {
    if (audio.current?.preload === "none") audio.current.preload = "metadata";
  };
  return (
    <div className={`md-waveform${className ? ` ${className}` : ""}`} data-playing={isPlaying || undefined}>
      <audio
        ref={audio}
        src={sound.source?.src}
        preload="none"
        onError={() => {
          sound.broke();
          onStale?.();
        }}
        {...on}
      />
      <button
        type="button"
        className="md-button md-toggle"
        aria-label={`${isPlaying ? "Pause" : "Play"} ${label}`}
        disabled={!src}
        onClick={toggle}
        onPointerEnter={load}
      >
        {isPlaying ? <Icon name="pause" /> : <PlayIcon />}
      </button>
      <div
        ref={slider}
        className="md-bars"
        role="slider"
        tabIndex={0}
        aria-label={`Position in ${label}`}
        aria-valuemin={0}
        aria-valuemax={Math.round(duration)}
        aria-valuenow={Math.round(position)}
        aria-valuetext={`${clock(position)} of ${clock(duration)}`}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture?.(event.pointerId);
          seekTo(event);
        }}
        onPointerMove={(event) => (event.buttons & 1 ? seekTo(event) : undefined)}
      >
        {["md-bars-all", "md-bars-played"].map((layer) => (
          <svg key={layer} className={layer} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
            <path d={path} stroke="currentColor" strokeWidth={THICKNESS} strokeLinecap="round" />
          </svg>
        ))}
      </div>
      <span className="md-time">{clock(isPlaying || position ? position : duration)}</span>
    </div>
  );
}

/** Where a key leads to; undefined for keys that lead nowhere. */
function targetOf(key: string, position: number, duration: number): number | undefined {
  const step = duration > 60 ? 5 : 1;
  const targets: Record<string, number> = {
    ArrowLeft: position - step,
    ArrowDown: position - step,
    ArrowRight: position + step,
    ArrowUp: position + step,
    PageDown: position - duration / 10,
    PageUp: position + duration / 10,
    Home: 0,
    End: duration,
  };
  return targets[key];
}

function useWidth(of: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(WIDTH_BEFORE_LAYOUT);
  useEffect(() => {
    if (!of.current || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width || 0) || 1));
    observer.observe(of.current);
    return () => observer.disconnect();
  }, [of]);
  return width;
}
