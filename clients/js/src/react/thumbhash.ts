/** ThumbHash, decoded (format: https://evanw.github.io/thumbhash/): some 25 bytes are a blurred picture of at most 32 pixels a side. */
export interface Pixels {
  width: number;
  height: number;
  /** RGBA, four bytes a pixel. */
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

const SIDE = 32;

/** The picture that a hash in base64 stands for; undefined when it is none. */
export function decodeThumbHash(base64: string): Pixels | undefined {
  let bytes: number[];
  try {
    bytes = Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
  const at = (index: number) => bytes[index] ?? 0;
  const head = at(0) | (at(1) << 8) | (at(2) << 16);
  const tail = at(3) | (at(4) << 8);
  const hasAlpha = head >> 23 === 1;
  const wide = tail >> 15 === 1;
  const short = Math.max(3, tail & 7);
  const long = hasAlpha ? 5 : 7;
  const [nx, ny] = wide ? [long, short] : [short, long];

  let nibble = hasAlpha ? 12 : 10;
  const channel = (mean: number, columns: number, rows: number, scale: number) => {
    const waves: [x: number, y: number, height: number][] = [[0, 0, mean]];
    for (let y = 0; y < rows; y++)
      for (let x = y ? 0 : 1; x * rows < columns * (rows - y); x++, nibble++) {
        const four = (at(nibble >> 1) >> (4 * (nibble & 1))) & 15;
        waves.push([x, y, (four / 7.5 - 1) * scale * 2]);
      }
    return waves;
  };
  const light = channel((head & 63) / 63, nx, ny, ((head >> 18) & 31) / 31);
  const yellow = channel(((head >> 6) & 63) / 31.5 - 1, 3, 3, (1.25 * ((tail >> 3) & 63)) / 63);
  const red = channel(((head >> 12) & 63) / 31.5 - 1, 3, 3, (1.25 * ((tail >> 9) & 63)) / 63);
  const alpha = hasAlpha ? channel((at(5) & 15) / 15, 5, 5, (at(5) >> 4) / 15) : undefined;
  if (bytes.length < nibble >> 1) return undefined;

  const width = Math.round(SIDE * Math.min(1, nx / ny));
  const height = Math.round(SIDE * Math.min(1, ny / nx));
  const cosines = (pixels: number) =>
    Array.from({ length: 8 }, (_, wave) =>
      Array.from({ length: pixels }, (_, pixel) => Math.cos((Math.PI / pixels) * (pixel + 0.5) * wave)),
    );
  const [across, down] = [cosines(width), cosines(height)];
  const rgba = new Uint8ClampedArray(4 * width * height);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0; x < width; x++, to += 4) {
      const sum = (waves: [number, number, number][]) => {
        let total = 0;
        for (const [fx, fy, size] of waves) total += size * (across[fx]?.[x] ?? 0) * (down[fy]?.[y] ?? 0);
        return total;
      };
      const [l, p, q] = [sum(light), sum(yellow), sum(red)];
      const blue = l - (2 / 3) * p;
      const r = (3 * l - blue + q) / 2;
      rgba.set([255 * r, 255 * (r - q), 255 * blue, 255 * (alpha ? sum(alpha) : 1)], to);
    }
  return { width, height, rgba };
}
