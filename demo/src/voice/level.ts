/** How loud it is at a microphone, from 0 to 1. */
export interface Meter {
  level(): number;
  close(): void;
}

const LOUD = 0.35; // the mean of a raised voice near the microphone: all the way up

export function listenToLevel(stream: MediaStream): Meter {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level: () => {
      analyser.getFloatTimeDomainData(samples);
      const mean = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
      return Math.min(1, Math.sqrt(mean / LOUD));
    },
    close: () => void context.close(),
  };
}
