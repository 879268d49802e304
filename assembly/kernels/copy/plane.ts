// The two inner loops of the strided copy, by what their strides allow:
//
//   rows       both tensors go on along the row            runs of bytes
//   transpose  x goes on along the column, out along the row   tiles
//   splat      x stands still along the row                vectors of one element
//   elements   the rest: steps, reversals
//
// n0 rows of n1 elements; strides are in bytes, modulo 2^32.

import { copyBytes } from '../../num/copy';
import { transposeMatrix } from '../../num/transpose';

/** Rows from this many bytes on are left to memory.copy. */
const LONG: usize = 512;

export function copyPlane<T>(
  x: usize, out: usize, scratchPtr: usize, n0: usize, x0: usize, out0: usize, n1: usize, x1: usize, out1: usize,
): void {
  if (out1 == sizeof<T>()) {
    if (x1 == sizeof<T>()) return rows(x, out, n0, x0, out0, n1 * sizeof<T>());
    if (x0 == sizeof<T>()) return transposeMatrix<T>(x, out, scratchPtr, n1, n0, x1, out0);
    if (x1 == 0) return splat<T>(x, out, n0, x0, out0, n1);
  }
  // The longer of the two loops is the inner one.
  if (n1 < n0) elements<T>(x, out, n1, x1, out1, n0, x0, out0);
  else elements<T>(x, out, n0, x0, out0, n1, x1, out1);
}

function rows(x: usize, out: usize, count: usize, xStride: usize, outStride: usize, bytes: usize): void {
  if (bytes == 8) return elements<u64>(x, out, 1, 0, 0, count, xStride, outStride);
  if (bytes == 4) return elements<u32>(x, out, 1, 0, 0, count, xStride, outStride);
  if (bytes >= 16 && bytes < LONG) return vectors(x, out, count, xStride, outStride, bytes);
  for (let i: usize = 0; i < count; i++) {
    copyBytes(out, x, bytes);
    x += xStride;
    out += outStride;
  }
}

/** Rows of 16 bytes and more; the last vector ends at the end of the row and overlaps the one before. */
function vectors(x: usize, out: usize, count: usize, xStride: usize, outStride: usize, bytes: usize): void {
  const last = bytes - 16;
  for (let i: usize = 0; i < count; i++) {
    for (let at: usize = 0; at < last; at += 16) v128.store(out + at, v128.load(x + at));
    v128.store(out + last, v128.load(x + last));
    x += xStride;
    out += outStride;
  }
}

function elements<T>(
  x: usize, out: usize, n0: usize, x0: usize, out0: usize, n1: usize, x1: usize, out1: usize,
): void {
  for (let i: usize = 0; i < n0; i++) {
    let from = x;
    let to = out;
    for (let j: usize = 0; j < n1; j++) {
      store<T>(to, load<T>(from));
      from += x1;
      to += out1;
    }
    x += x0;
    out += out0;
  }
}

function splat<T>(x: usize, out: usize, count: usize, xStride: usize, outStride: usize, length: usize): void {
  const whole = (length * sizeof<T>()) & ~15;
  for (let i: usize = 0; i < count; i++) {
    const element = load<T>(x);
    const vector = v128.splat<T>(element);
    for (let at: usize = 0; at < whole; at += 16) v128.store(out + at, vector);
    for (let at = whole; at < length * sizeof<T>(); at += sizeof<T>()) store<T>(out + at, element);
    x += xStride;
    out += outStride;
  }
}
