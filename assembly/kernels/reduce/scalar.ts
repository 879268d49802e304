// Reductions of the other element types, and how float64 and integer sums become elements. Integers are folded in 64 bits,
// which wrap. Every answer is one chain from the first element of the axis to the last.

import { extreme, joined, lowest, mapped, MAX, MIN, PRODUCT } from '../../num/fold';
import { ln } from '../../num/log';

/** Folds x, seen as [outer, axis, inner], over axis. `more`: goes on from what is at outPtr. */
@inline
function fold<T, A>(
  xPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32,
): void {
  const none: A = op == MAX || op == MIN ? (lowest<T>(op) as A) : op == PRODUCT ? (1 as A) : (0 as A);
  for (let o: usize = 0; o < outer; o++) {
    if (!more) for (let i: usize = 0; i < inner; i++) store<A>(outPtr + i * sizeof<A>(), none);
    for (let n: usize = 0; n < axis; n++) {
      for (let i: usize = 0; i < inner; i++) {
        const to = outPtr + i * sizeof<A>();
        store<A>(to, folded<A>(load<A>(to), load<T>(xPtr) as A, op));
        xPtr += sizeof<T>();
      }
    }
    outPtr += inner * sizeof<A>();
  }
}

@inline
function folded<A>(a: A, x: A, op: i32): A {
  if (op == MAX || op == MIN) return extreme<A>(a, x, op);
  return joined<A>(a, mapped<A>(x, op), op);
}

export function reduce_f64(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<f64, f64>(x, out, outer, axis, inner, op, more);
}

export function reduce_i8(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<i8, i64>(x, out, outer, axis, inner, op, more);
}

export function reduce_u8(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<u8, u64>(x, out, outer, axis, inner, op, more);
}

export function reduce_i32(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<i32, i64>(x, out, outer, axis, inner, op, more);
}

export function reduce_u32(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<u32, u64>(x, out, outer, axis, inner, op, more);
}

export function reduce_i64(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<i64, i64>(x, out, outer, axis, inner, op, more);
}

export function reduce_u64(x: usize, out: usize, outer: usize, axis: usize, inner: usize, op: i32, more: i32): void {
  fold<u64, u64>(x, out, outer, axis, inner, op, more);
}

/** What is done to a sum that was divided. */
const ROOT: i32 = 1;
const LOG: i32 = 2;

@inline
function finished(sum: f64, divisor: f64, last: i32): f64 {
  const mean = sum / divisor;
  return last == ROOT ? sqrt<f64>(mean) : last == LOG ? ln(mean) : mean;
}

/** out = last(sum / divisor) of count float64 sums, rounded to float32. */
export function finish_sums_f32(sumPtr: usize, outPtr: usize, count: usize, divisor: f64, last: i32): void {
  for (let i: usize = 0; i < count; i++) {
    store<f32>(outPtr + (i << 2), <f32>finished(load<f64>(sumPtr + (i << 3)), divisor, last));
  }
}

/** The same without rounding; outPtr may be sumPtr. */
export function finish_sums_f64(sumPtr: usize, outPtr: usize, count: usize, divisor: f64, last: i32): void {
  for (let i: usize = 0; i < count; i++) {
    store<f64>(outPtr + (i << 3), finished(load<f64>(sumPtr + (i << 3)), divisor, last));
  }
}

/** out = last(sum / divisor) of count 64-bit sums, cut towards zero, as integers of `bytes` bytes (1, 4 or 8), which wrap.
 *  Roots and logarithms are those of the sum as float64. `signed` tells how a sum is read. */
export function finish_sums_i64(
  sumPtr: usize, outPtr: usize, count: usize, divisor: f64, last: i32, bytes: i32, signed: i32,
): void {
  for (let i: usize = 0; i < count; i++) {
    let sum = load<i64>(sumPtr + (i << 3));
    if (last != 0) {
      const real = signed ? <f64>sum : <f64>(<u64>sum);
      sum = <i64>finished(real, 1, last);
    } else if (divisor != 1) {
      sum = signed ? sum / <i64>divisor : <i64>(<u64>sum / <u64>divisor);
    }
    if (bytes == 1) store<i8>(outPtr + i, <i8>sum);
    else if (bytes == 4) store<i32>(outPtr + (i << 2), <i32>sum);
    else store<i64>(outPtr + (i << 3), sum);
  }
}
