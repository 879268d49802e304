// Comparisons over broadcast tensors; float32 and 32-bit integers four at a time.

import { nextRow, rowLength, rowOffset, rowStep } from '../../layout/broadcast';
import { Compare, compareRow } from '../../num/elementwise/compare';
import { shiftOf, Type } from '../../num/elementwise/types';

/** Two operands that repeat. */
const SPREAD: usize = memory.data(32);

/** out = 1 where a op b, else 0, a byte an element. `block` says how they are broadcast. */
export function compare_broadcast(op: i32, type: i32, a: usize, b: usize, out: usize, block: usize): void {
  const shift = shiftOf(type);
  const length = rowLength(block);
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  // Equality does not see signs, order does.
  const lanes = type == Type.F32 || type == Type.I32 || type == Type.U32 && op <= Compare.NotEqual;
  do {
    const aRow = a + (rowOffset(block, 0) << shift);
    const bRow = b + (rowOffset(block, 1) << shift);
    const whole = lanes ? length & ~3 : 0;
    if (whole != 0) laneRow(op, type == Type.F32, aRow, bRow, out, whole, aStep, bStep);
    const aRest = aRow + (<usize>(whole * aStep) << shift);
    const bRest = bRow + (<usize>(whole * bStep) << shift);
    if (whole != length) compareRow(op, type, aRest, bRest, out + whole, length - whole, aStep, bStep);
    out += length;
  } while (nextRow(block));
}

function laneRow(op: i32, float: bool, a: usize, b: usize, out: usize, len: u32, aStep: u32, bStep: u32): void {
  if (aStep == 0) a = spread(a, SPREAD);
  if (bStep == 0) b = spread(b, SPREAD + 16);
  aStep <<= 4;
  bStep <<= 4;
  switch (op) {
    case Compare.Equal: {
      if (float) return loop(Lane.Equal, a, b, out, len, aStep, bStep);
      return loop(Lane.EqualI32, a, b, out, len, aStep, bStep);
    }
    case Compare.NotEqual: {
      if (float) return loop(Lane.NotEqual, a, b, out, len, aStep, bStep);
      return loop(Lane.NotEqualI32, a, b, out, len, aStep, bStep);
    }
    case Compare.Less: {
      if (float) return loop(Lane.Less, a, b, out, len, aStep, bStep);
      return loop(Lane.LessI32, a, b, out, len, aStep, bStep);
    }
    case Compare.LessOrEqual: {
      if (float) return loop(Lane.LessOrEqual, a, b, out, len, aStep, bStep);
      return loop(Lane.LessOrEqualI32, a, b, out, len, aStep, bStep);
    }
    default: return loop(Lane.EqualMagnitude, a, b, out, len, aStep, bStep);
  }
}

function spread(from: usize, to: usize): usize {
  v128.store(to, v128.load32_splat(from));
  return to;
}

const enum Lane {
  Equal, NotEqual, Less, LessOrEqual, EqualMagnitude,
  EqualI32, NotEqualI32, LessI32, LessOrEqualI32,
}

@inline
function loop(op: i32, a: usize, b: usize, out: usize, len: u32, aStep: usize, bStep: usize): void {
  const end = out + len;
  for (; out < end; out += 4) {
    const words = lane(op, v128.load(a), v128.load(b));
    const halves = i16x8.narrow_i32x4_s(words, words);
    store<u32>(out, i32x4.extract_lane(i8x16.narrow_i16x8_s(halves, halves), 0) & 0x01010101);
    a += aStep;
    b += bStep;
  }
}

@inline
function lane(op: i32, a: v128, b: v128): v128 {
  if (op == Lane.Equal) return f32x4.eq(a, b);
  if (op == Lane.NotEqual) return f32x4.ne(a, b);
  if (op == Lane.Less) return f32x4.lt(a, b);
  if (op == Lane.LessOrEqual) return f32x4.le(a, b);
  if (op == Lane.EqualMagnitude) return f32x4.eq(f32x4.abs(a), b);
  if (op == Lane.EqualI32) return i32x4.eq(a, b);
  if (op == Lane.NotEqualI32) return i32x4.ne(a, b);
  if (op == Lane.LessI32) return i32x4.lt_s(a, b);
  return i32x4.le_s(a, b);
}
