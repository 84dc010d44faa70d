/** Peaks of any number as bars of a given number, each the highest of what it stands for. */
export function barsOf(peaks: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / count));
    return Math.min(100, Math.max(0, ...peaks.slice(from, to)));
  });
}

/** The bars as one SVG path of upright strokes, `height` high, each in a column `step` wide. */
export function pathOf(bars: readonly number[], step: number, height: number, thickness: number): string {
  const tallest = height - thickness; // rounded ends reach beyond the strokes
  return bars
    .map((peak, bar) => {
      const half = Math.max(0.5, (peak / 100) * tallest) / 2;
      const x = (bar + 0.5) * step;
      return `M${round(x)} ${round(height / 2 - half)}V${round(height / 2 + half)}`;
    })
    .join("");
}

const round = (value: number): number => Math.round(value * 100) / 100;
