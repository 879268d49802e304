// Sums over a row of float32 in float64, 128-bit SIMD. Element n of whole groups of 8 adds to lane n mod 8; the lanes
// join as ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7)); the last n mod 8 elements follow one by one.
// num/row-sums-scalar.ts does the same additions without lanes of SIMD.

import { joined, mapped, PRODUCT, SUM_ABS, SUM_SQUARE } from './fold';

/** Elements of two lanes, as they enter a sum. */
@inline
export function lanesOf(x: v128, op: i32): v128 {
  return op == SUM_ABS ? f64x2.abs(x) : op == SUM_SQUARE ? f64x2.mul(x, x) : x;
}

@inline
export function join(a: v128, b: v128, op: i32): v128 {
  return op == PRODUCT ? f64x2.mul(a, b) : f64x2.add(a, b);
}

/** Elements 0 and 1 of four float32, as float64. */
@inline
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** Elements 2 and 3. */
@inline
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1));
}

@inline
function entering(x: v128, shifts: v128, shifted: bool, op: i32): v128 {
  return lanesOf(shifted ? f64x2.sub(x, shifts) : x, op);
}

/** Folds length elements of x − shift with a constant op of num/fold.ts; not `shifted` (a constant): of x. */
@inline
export function sumRow(xPtr: usize, length: usize, shift: f64, op: i32, shifted: bool): f64 {
  const shifts = f64x2.splat(shift);
  let p01 = f64x2.splat(op == PRODUCT ? 1 : 0);
  let p23 = p01;
  let p45 = p01;
  let p67 = p01;
  const end = xPtr + (length << 2);
  const wholeEnd = xPtr + ((length & ~7) << 2);
  for (; xPtr < wholeEnd; xPtr += 32) {
    const a = v128.load(xPtr);
    const b = v128.load(xPtr, 16);
    p01 = join(p01, entering(low(a), shifts, shifted, op), op);
    p23 = join(p23, entering(high(a), shifts, shifted, op), op);
    p45 = join(p45, entering(low(b), shifts, shifted, op), op);
    p67 = join(p67, entering(high(b), shifts, shifted, op), op);
  }
  const p = join(join(p01, p45, op), join(p23, p67, op), op);
  let sum = joined<f64>(f64x2.extract_lane(p, 0), f64x2.extract_lane(p, 1), op);
  for (; xPtr < end; xPtr += 4) sum = joined<f64>(sum, mapped<f64>(shifted ? <f64>load<f32>(xPtr) - shift : <f64>load<f32>(xPtr), op), op);
  return sum;
}
