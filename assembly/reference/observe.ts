// What calibration sees of a float32 tensor: range and zeros, and counts on a grid whose width is a power of two.
// Normative: kernels/observe equals it bit for bit.

import { countBin, observeTail } from '../num/observe';

/** Writes { min f32, max f32, zeros u32 } of `count` elements; a zero of either sign is +0. No elements: +Infinity,
 *  -Infinity, 0. Answers 1, or 0 when an element is NaN or infinite: min and max are then unspecified. */
export function observe_range_f32(xPtr: usize, count: usize, outPtr: usize): i32 {
  store<f32>(outPtr, Infinity);
  store<f32>(outPtr, -Infinity, 4);
  store<u32>(outPtr, 0, 8);
  return observeTail(xPtr, xPtr + (count << 2), outPtr);
}

/** Adds 1 to the count of floor(x / w) for each of `count` elements; up = max(1, 1/w), down = min(1, 1/w). The first of
 *  the u32 counts at tablesPtr is that of bin `first`. Element i, up to the last whole four, is counted in table i mod 4, and
 *  the rest in table 0. |bin| < 2^22, and the table has every bin that occurs. */
export function count_bins_f32_u32(
  xPtr: usize, count: usize, up: f32, down: f32, first: i32, tablesPtr: usize, stride: usize,
): void {
  const whole = count & ~3;
  for (let i: usize = 0; i < count; i++) {
    const table = i < whole ? tablesPtr + (i & 3) * stride : tablesPtr;
    countBin(load<f32>(xPtr + (i << 2)), up, down, first, table);
  }
}

/** The first of four tables of `bins` counts, `stride` bytes apart, becomes their sum. */
export function join_counts_u32(tablesPtr: usize, bins: usize, stride: usize): void {
  for (let i: usize = 0; i < bins; i++) {
    const at = tablesPtr + (i << 2);
    const left = load<u32>(at) + load<u32>(at + stride);
    store<u32>(at, left + load<u32>(at + 2 * stride) + load<u32>(at + 3 * stride));
  }
}
