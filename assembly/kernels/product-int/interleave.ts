// Rows of A for the form WIDE: tiles of 4 rows of codes, widened to i16 less the zero point and interleaved by pairs of depths:
//
//   row 0: | k0 k1 | k2 k3 | ...
//   row 1: | k0 k1 | k2 k3 | ...      ──►    k0 k1 of rows 0, 1, 2, 3 | k2 k3 of rows 0, 1, 2, 3 | ...
//
// Pairs are interleaved as bytes, before they are widened: half as many steps.

import { WIDE_ROWS } from './rows';

/** Tiles of `depth`, a multiple of 4. Where it is not one of 8, 4 bytes are read behind each row, and 32 written behind the last tile.
 *  @param from - rows of codes, `pitch` bytes apart
 *  @param flip - 128 for codes of s8, that are handled as u8 */
export function interleaveTiles(
  from: usize, pitch: usize, rows: usize, depth: usize, to: usize, flip: u32, zeroPoint: i32,
): void {
  for (; rows > 0; rows -= min(WIDE_ROWS, rows)) {
    interleaveTile(from, pitch, rows, depth, to, flip, zeroPoint);
    from += pitch * WIDE_ROWS;
    to += (depth << 1) * WIDE_ROWS;
  }
}

/** One tile. Where there are fewer rows, the last stands for the missing ones. */
function interleaveTile(
  from: usize, pitch: usize, rows: usize, depth: usize, to: usize, flip: u32, zeroPoint: i32,
): void {
  const flips = i8x16.splat(<i8>flip);
  const zeros = i16x8.splat(<i16>zeroPoint);
  const second = from + (rows > 1 ? pitch : 0);
  const third = second + (rows > 2 ? pitch : 0);
  const fourth = third + (rows > 3 ? pitch : 0);
  let at: usize = 0;
  for (; at + 8 < depth; at += 16) {
    const row0 = v128.load(from + at);
    const row1 = v128.load(second + at);
    const row2 = v128.load(third + at);
    const row3 = v128.load(fourth + at);
    storeFour(pairsLow(row0, row1), pairsLow(row2, row3), flips, zeros, to);
    storeFour(pairsHigh(row0, row1), pairsHigh(row2, row3), flips, zeros, to + 64);
    to += 128;
  }
  if (at >= depth) return;
  const above = pairsLow(v128.load64_zero(from + at), v128.load64_zero(second + at));
  const below = pairsLow(v128.load64_zero(third + at), v128.load64_zero(fourth + at));
  storeFour(above, below, flips, zeros, to);
}

/** The first four pairs of two rows, one of each in turn. */
@inline
function pairsLow(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

/** The last four. */
@inline
function pairsHigh(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Four pairs of depths of four rows. */
@inline
function storeFour(above: v128, below: v128, flips: v128, zeros: v128, to: usize): void {
  const first = v128.xor(i32x4.shuffle(above, below, 0, 4, 1, 5), flips);
  const last = v128.xor(i32x4.shuffle(above, below, 2, 6, 3, 7), flips);
  v128.store(to, i16x8.sub(i16x8.extend_low_i8x16_u(first), zeros));
  v128.store(to, i16x8.sub(i16x8.extend_high_i8x16_u(first), zeros), 16);
  v128.store(to, i16x8.sub(i16x8.extend_low_i8x16_u(last), zeros), 32);
  v128.store(to, i16x8.sub(i16x8.extend_high_i8x16_u(last), zeros), 48);
}
