/**
 * What SHA-256 and MD5 share: blocks of 64 bytes, padding, and the state as bytes at the end. Self-contained, as the algorithms
 * are: their source texts are what the worker runs, so none of them may use anything but its arguments.
 */
export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Uint8Array;
}

export type InBlocks = typeof inBlocks;
export type Algorithm = (blocks: InBlocks) => Hasher;

/** `mix` takes the block that begins at `at` into `state`. */
export function inBlocks(state: Int32Array, littleEndian: boolean, mix: (from: DataView, at: number) => void): Hasher {
  const block = new Uint8Array(64);
  let filled = 0;
  let total = 0;
  const update = (bytes: Uint8Array) => {
    total += bytes.length;
    let at = 0;
    if (filled) {
      at = Math.min(64 - filled, bytes.length);
      block.set(bytes.subarray(0, at), filled);
      filled += at;
      if (filled < 64) return;
      mix(new DataView(block.buffer), 0);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (; at + 64 <= bytes.length; at += 64) mix(view, at);
    block.set(bytes.subarray(at));
    filled = bytes.length - at;
  };
  const digest = () => {
    const bits = total * 8;
    const tail = new Uint8Array((filled < 56 ? 64 : 128) - filled);
    tail[0] = 0x80;
    new DataView(tail.buffer).setBigUint64(tail.length - 8, BigInt(bits), littleEndian);
    update(tail);
    const out = new DataView(new ArrayBuffer(4 * state.length));
    state.forEach((word, i) => {
      out.setInt32(4 * i, word, littleEndian);
    });
    return new Uint8Array(out.buffer);
  };
  return { update, digest };
}
