// Comparisons of single elements, and rows of them for the types that are widened.

import { middleOf, widen } from './convert';
import { shiftOf, Type } from './types';

export const enum Compare {
  Equal,
  NotEqual,
  Less,
  LessOrEqual,
  /** |a| == b, of floats. */
  EqualMagnitude,
}

/** Whether a stands so to b; `op` is a constant where this is inlined. */
@inline
export function compare<T>(op: i32, a: T, b: T): bool {
  if (op == Compare.Equal) return a == b;
  if (op == Compare.NotEqual) return a != b;
  if (op == Compare.Less) return a < b;
  if (op == Compare.LessOrEqual) return a <= b;
  return abs<T>(a) == b;
}

const RUN: u32 = 256;
const A: usize = memory.data(2048);
const B: usize = memory.data(2048);

/** out[i] = 1 if a[i·aStep] op b[i·bStep] else 0, i < len; steps 0 or 1. */
export function compareRow(op: i32, type: i32, a: usize, b: usize, out: usize, len: u32, aStep: u32, bStep: u32): void {
  const shift = shiftOf(type);
  const middle = middleOf(type);
  while (len > 0) {
    const count = min(len, RUN);
    widen(type, a, A, aStep == 0 ? 1 : count);
    widen(type, b, B, bStep == 0 ? 1 : count);
    if (middle == Type.F64) compareWide<f64>(op, out, count, aStep << 3, bStep << 3);
    else if (middle == Type.U64) compareWide<u64>(op, out, count, aStep << 3, bStep << 3);
    else compareWide<i64>(op, out, count, aStep << 3, bStep << 3);
    a += count * aStep << shift;
    b += count * bStep << shift;
    out += count;
    len -= count;
  }
}

@inline
function compareWide<T>(op: i32, out: usize, len: u32, aStep: usize, bStep: usize): void {
  switch (op) {
    case Compare.Equal: return loop<T>(Compare.Equal, out, len, aStep, bStep);
    case Compare.NotEqual: return loop<T>(Compare.NotEqual, out, len, aStep, bStep);
    case Compare.Less: return loop<T>(Compare.Less, out, len, aStep, bStep);
    case Compare.LessOrEqual: return loop<T>(Compare.LessOrEqual, out, len, aStep, bStep);
    default: if (isFloat<T>()) loop<T>(Compare.EqualMagnitude, out, len, aStep, bStep);
  }
}

@inline
function loop<T>(op: i32, out: usize, len: u32, aStep: usize, bStep: usize): void {
  let a = A;
  let b = B;
  for (let i: u32 = 0; i < len; i++) {
    store<u8>(out + i, u8(compare<T>(op, load<T>(a), load<T>(b))));
    a += aStep;
    b += bStep;
  }
}
