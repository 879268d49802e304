// A row of a binary operator for the types without SIMD loops, in runs that are widened, computed and narrowed.

import { middleOf, narrow, widen } from './convert';
import { shiftOf, Type } from './types';
import { binaryF64, binaryWide } from './wide-integers';

const RUN: u32 = 256;
const A: usize = memory.data(2048);
const B: usize = memory.data(2048);
const OUT: usize = memory.data(2048);

/** out[i] = a[i·aStep] op b[i·bStep], i < len; steps 0 or 1. In place on an operand with step 1 is fine. */
export function binaryRow(op: i32, type: i32, a: usize, b: usize, out: usize, len: u32, aStep: u32, bStep: u32): void {
  const shift = shiftOf(type);
  const aBytes = aStep << shift;
  const bBytes = bStep << shift;
  if (type == Type.F64) return binaryF64(op, a, b, out, len, aBytes, bBytes);
  if (shift == 3) return binaryWide(op, type, a, b, out, len, aBytes, bBytes);
  const middle = middleOf(type);
  while (len > 0) {
    const count = min(len, RUN);
    widen(type, a, A, aStep == 0 ? 1 : count);
    widen(type, b, B, bStep == 0 ? 1 : count);
    if (middle == Type.F64) binaryF64(op, A, B, OUT, count, aStep << 3, bStep << 3);
    else binaryWide(op, type, A, B, OUT, count, aStep << 3, bStep << 3);
    narrow(middle, type, OUT, out, count);
    a += count * aBytes;
    b += count * bBytes;
    out += count << shift;
    len -= count;
  }
}
