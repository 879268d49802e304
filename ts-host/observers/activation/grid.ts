// The grid of a histogram follows from the smallest and the largest value seen, and from nothing else.

import type { Bins } from '../../wasm/kernels/execute/observe.js';
import { HISTOGRAM_BINS } from './stats.js';

/** Bins are not finer than this many a largest |x|: their numbers stay below 2^22, as the kernel needs, which is finer than
 *  HISTOGRAM_BINS allow unless all values are near one another. */
const FINEST_BITS = 21;
/** 1 / width is a float32. */
const SMALLEST_EXPONENT = -126;

/** The grid for values of [min, max], float32 numbers: the smallest exponent at which at most HISTOGRAM_BINS bins cover
 *  them and a bin is at least 2^-126 and 2^-22 of the largest |x|. It grows with the range and never shrinks. */
export function gridOf(min: number, max: number): Bins {
  const largest = Math.max(-min, max);
  let exponent = Math.max(SMALLEST_EXPONENT, exponentOf(largest) - FINEST_BITS);
  for (;;) {
    const width = powerOfTwo(exponent);
    const first = Math.floor(min / width);
    const bins = Math.floor(max / width) - first + 1;
    if (bins <= HISTOGRAM_BINS) return { exponent, width, first, bins };
    exponent += Math.max(1, exponentOf(bins / HISTOGRAM_BINS));
  }
}

const word = new DataView(new ArrayBuffer(8));

/** 2^n, −1022 <= n <= 1023; not by Math.pow, whose bits are the runtime's own. */
export function powerOfTwo(n: number): number {
  word.setUint32(0, (n + 1023) << 20);
  word.setUint32(4, 0);
  return word.getFloat64(0);
}

/** floor(log2 x) of a normal float64 > 0; −1023 for 0. */
export function exponentOf(x: number): number {
  word.setFloat64(0, x);
  return ((word.getUint32(0) >>> 20) & 0x7ff) - 1023;
}
