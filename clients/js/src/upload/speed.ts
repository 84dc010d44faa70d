/** How fast bytes move: what went out in the last seconds, so that a tunnel shows as slow and not as an average. */
const WINDOW_MS = 8_000;
const LEAST_MS = 500; // below it a first burst into the system's buffers looks like a fast line

export interface Speed {
  /** So many bytes more have gone out. */
  moved(bytes: number): void;
  bytesPerSecond(): number;
}

export function createSpeed(now: () => number = () => performance.now()): Speed {
  const samples: { at: number; bytes: number }[] = [];
  let total = 0;
  return {
    moved: (bytes) => {
      if (!samples.length) samples.push({ at: now(), bytes: 0 });
      total += bytes;
      samples.push({ at: now(), bytes: total });
    },
    bytesPerSecond: () => {
      const at = now();
      while (samples[1] && at - samples[1].at > WINDOW_MS) samples.shift();
      const [first] = samples;
      const ms = first ? at - first.at : 0;
      return first && ms >= LEAST_MS ? (1000 * (total - first.bytes)) / ms : 0;
    },
  };
}
