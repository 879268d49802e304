// Casts between any two element types, a run of elements at a time through a middle type (num/elementwise/convert.ts).
// Works in place where both types have the same width.

import { middleOf, narrow, widen } from '../../num/elementwise/convert';
import { shiftOf } from '../../num/elementwise/types';

const RUN: u32 = 256;
const MIDDLE: usize = memory.data(2048);

/** out[i] = x[i] as type `to`. */
export function cast_elements(from: i32, to: i32, xPtr: usize, outPtr: usize, len: u32): void {
  const middle = middleOf(from);
  while (len > 0) {
    const count = min(len, RUN);
    widen(from, xPtr, MIDDLE, count);
    narrow(middle, to, MIDDLE, outPtr, count);
    xPtr += count << shiftOf(from);
    outPtr += count << shiftOf(to);
    len -= count;
  }
}
