/**
 * MD5 (RFC 1321), because that is what the ETag of a stored part is: it tells whether a file on another device is the one whose
 * upload was begun. It guards nothing.
 */
import type { Hasher, InBlocks } from "./blocks.js";

export function md5(inBlocks: InBlocks): Hasher {
  const turns = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
  const k = Int32Array.from({ length: 64 }, (_, i) => (Math.abs(Math.sin(i + 1)) * 0x100000000) | 0);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  const m = new Int32Array(16);

  return inBlocks(state, true, (from, at) => {
    for (let i = 0; i < 16; i++) m[i] = from.getInt32(at + 4 * i, true);
    let a = state[0] as number;
    let b = state[1] as number;
    let c = state[2] as number;
    let d = state[3] as number;
    for (let i = 0; i < 64; i++) {
      const round = i >> 4;
      const f =
        round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d);
      const g = (round === 0 ? i : round === 1 ? 5 * i + 1 : round === 2 ? 3 * i + 5 : 7 * i) & 15;
      const sum = (a + f + (k[i] as number) + (m[g] as number)) | 0;
      const turn = turns[4 * round + (i & 3)] as number;
      a = d;
      d = c;
      c = b;
      b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0;
    }
    const mixed = [a, b, c, d];
    for (let i = 0; i < 4; i++) state[i] = (state[i] as number) + (mixed[i] as number);
  });
}
