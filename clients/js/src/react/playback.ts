/** One piece of sound that is played: where it is, moved before anything is loaded, and no two at a time. */
import { type RefObject, useCallback, useEffect, useMemo, useRef, useState } from "react";

let playing: HTMLAudioElement | undefined;

export interface Playback {
  audio: RefObject<HTMLAudioElement | null>;
  isPlaying: boolean;
  /** Seconds. */
  position: number;
  duration: number;
  toggle(): void;
  /** To a second; what is not loaded yet begins there when it is. */
  seek(to: number): void;
  /** Handlers of the audio element. */
  on: Record<"onPlay" | "onPause" | "onEnded" | "onTimeUpdate" | "onLoadedMetadata", () => void>;
}

/** `draw` hears the position as a fraction, every frame while it plays. */
export function usePlayback(known: number | null, draw: (fraction: number) => void): Playback {
  const audio = useRef<HTMLAudioElement>(null);
  const wanted = useRef<number | null>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [loaded, setLoaded] = useState<number | null>(null);
  const duration = known || loaded || 0;

  const show = useCallback(
    (seconds: number) => {
      setPosition(seconds);
      draw(duration ? Math.min(1, seconds / duration) : 0);
    },
    [duration, draw],
  );

  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    const step = () => {
      const at = audio.current?.currentTime ?? 0;
      draw(duration ? Math.min(1, at / duration) : 0);
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, duration, draw]);

  useEffect(() => {
    const own = audio.current;
    return () => {
      own?.pause();
      if (playing === own) playing = undefined;
    };
  }, []);

  const seek = useCallback(
    (to: number) => {
      const own = audio.current;
      if (!own) return;
      const second = Math.min(duration, Math.max(0, to));
      if (own.readyState >= 1) own.currentTime = second;
      else {
        wanted.current = second;
        own.preload = "metadata";
      }
      show(second);
    },
    [duration, show],
  );

  const toggle = useCallback(() => {
    const own = audio.current;
    if (!own) return;
    if (own.paused) own.play().catch(() => setPlaying(false));
    else own.pause();
  }, []);

  const on = useMemo(
    () => ({
      onPlay: () => {
        const own = audio.current ?? undefined;
        if (playing !== own) playing?.pause();
        playing = own;
        setPlaying(true);
      },
      onPause: () => setPlaying(false),
      onEnded: () => {
        setPlaying(false);
        if (audio.current) audio.current.currentTime = 0;
        show(0);
      },
      onTimeUpdate: () => wanted.current === null && show(audio.current?.currentTime ?? 0),
      onLoadedMetadata: () => {
        const own = audio.current;
        if (!own) return;
        if (Number.isFinite(own.duration)) setLoaded(own.duration);
        if (wanted.current !== null) own.currentTime = wanted.current;
        wanted.current = null;
      },
    }),
    [show],
  );
  return { audio, isPlaying, position, duration, toggle, seek, on };
}
