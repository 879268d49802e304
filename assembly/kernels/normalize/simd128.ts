// Normalisation, 128-bit SIMD: statistics in float64, then y = (x − mean) · factor + bias in float32, each step rounded.
//
// layer_norm_f32 does a whole row. The others go in parts, so that any layout is served:
//
//   sums (family reduce) -> mean -> deviations_f32 -> variance -> norm_parameters -> affine_f32

import { SUM, SUM_SQUARE } from '../../num/fold';
import { high, low, sumRow } from '../../num/row-sums';

/** Σ (x − mean)² of each row or column of x, seen as [outer, axis, inner], in the order of the family reduce. meanPtr:
 *  outer · inner float64. `more`: goes on from what is at outPtr. */
export function deviations_f32(
  xPtr: usize, meanPtr: usize, outPtr: usize, outer: usize, axis: usize, inner: usize, more: i32,
): void {
  for (let o: usize = 0; o < outer; o++) {
    if (inner == 1) {
      const before: f64 = more ? load<f64>(outPtr) : 0;
      store<f64>(outPtr, before + sumRow(xPtr, axis, load<f64>(meanPtr), SUM_SQUARE, true));
    } else deviationsOfColumns(xPtr, meanPtr, outPtr, axis, inner, more);
    xPtr += (axis * inner) << 2;
    outPtr += inner << 3;
    meanPtr += inner << 3;
  }
}

@inline
function added(sum: v128, x: v128, mean: v128): v128 {
  const d = f64x2.sub(x, mean);
  return f64x2.add(sum, f64x2.mul(d, d));
}

@inline
function deviationsOfColumns(
  xPtr: usize, meanPtr: usize, outPtr: usize, axis: usize, inner: usize, more: i32,
): void {
  const stride = inner << 2;
  if (!more) memory.fill(outPtr, 0, inner << 3);
  let left = inner;
  for (; left >= 8; left -= 8) {
    const m0 = v128.load(meanPtr);
    const m1 = v128.load(meanPtr, 16);
    const m2 = v128.load(meanPtr, 32);
    const m3 = v128.load(meanPtr, 48);
    let p0 = v128.load(outPtr);
    let p1 = v128.load(outPtr, 16);
    let p2 = v128.load(outPtr, 32);
    let p3 = v128.load(outPtr, 48);
    let at = xPtr;
    for (let n = axis; n != 0; n--, at += stride) {
      const a = v128.load(at);
      const b = v128.load(at, 16);
      p0 = added(p0, low(a), m0);
      p1 = added(p1, high(a), m1);
      p2 = added(p2, low(b), m2);
      p3 = added(p3, high(b), m3);
    }
    v128.store(outPtr, p0);
    v128.store(outPtr, p1, 16);
    v128.store(outPtr, p2, 32);
    v128.store(outPtr, p3, 48);
    xPtr += 32;
    meanPtr += 64;
    outPtr += 64;
  }
  for (; left != 0; left--, xPtr += 4, meanPtr += 8, outPtr += 8) {
    const mean = load<f64>(meanPtr);
    let sum = load<f64>(outPtr);
    let at = xPtr;
    for (let n = axis; n != 0; n--, at += stride) {
      const d = <f64>load<f32>(at) - mean;
      sum += d * d;
    }
    store<f64>(outPtr, sum);
  }
}

/** out = (x − mean) · factor + bias over x, seen as [groups, outer, channels, inner]; mean, factor and bias have groups ·
 *  channels float32. x and out may be the same. */
export function affine_f32(
  xPtr: usize, meanPtr: usize, factorPtr: usize, biasPtr: usize, outPtr: usize,
  groups: usize, outer: usize, channels: usize, inner: usize,
): void {
  const parameterBytes = channels << 2;
  const bytes = inner << 2;
  for (let g: usize = 0; g < groups; g++) {
    for (let o: usize = 0; o < outer; o++) {
      if (inner == 1) {
        affineColumns(xPtr, meanPtr, factorPtr, biasPtr, outPtr, parameterBytes);
        xPtr += parameterBytes;
        outPtr += parameterBytes;
        continue;
      }
      for (let c: usize = 0; c < parameterBytes; c += 4) {
        const mean = load<f32>(meanPtr + c);
        affineRow(xPtr, mean, load<f32>(factorPtr + c), load<f32>(biasPtr + c), outPtr, bytes);
        xPtr += bytes;
        outPtr += bytes;
      }
    }
    meanPtr += parameterBytes;
    factorPtr += parameterBytes;
    biasPtr += parameterBytes;
  }
}

@inline
function affineRow(xPtr: usize, mean: f32, factor: f32, bias: f32, outPtr: usize, bytes: usize): void {
  const means = f32x4.splat(mean);
  const factors = f32x4.splat(factor);
  const biases = f32x4.splat(bias);
  const whole = bytes & ~15;
  let j: usize = 0;
  for (; j < whole; j += 16) {
    const centred = f32x4.sub(v128.load(xPtr + j), means);
    v128.store(outPtr + j, f32x4.add(f32x4.mul(centred, factors), biases));
  }
  for (; j < bytes; j += 4) store<f32>(outPtr + j, (load<f32>(xPtr + j) - mean) * factor + bias);
}

@inline
function affineColumns(
  xPtr: usize, meanPtr: usize, factorPtr: usize, biasPtr: usize, outPtr: usize, bytes: usize,
): void {
  const whole = bytes & ~15;
  let j: usize = 0;
  for (; j < whole; j += 16) {
    const centred = f32x4.sub(v128.load(xPtr + j), v128.load(meanPtr + j));
    const scaled = f32x4.mul(centred, v128.load(factorPtr + j));
    v128.store(outPtr + j, f32x4.add(scaled, v128.load(biasPtr + j)));
  }
  for (; j < bytes; j += 4) {
    const centred = load<f32>(xPtr + j) - load<f32>(meanPtr + j);
    store<f32>(outPtr + j, centred * load<f32>(factorPtr + j) + load<f32>(biasPtr + j));
  }
}

/** Normalises each row: out = (x − mean) · inverse · scale + bias, inverse = 1 / sqrt(variance + epsilon). With `rms` the
 *  mean is 0 and the variance the mean square. biasPtr 0: none. The means and inverses of the rows go, rounded to
 *  float32, to meansPtr and inversesPtr, unless those are 0. x and out may be the same. */
export function layer_norm_f32(
  xPtr: usize, scalePtr: usize, biasPtr: usize, outPtr: usize, meansPtr: usize, inversesPtr: usize,
  rows: usize, length: usize, epsilon: f64, rms: i32,
): void {
  const bytes = length << 2;
  const count = <f64>length;
  for (let row: usize = 0; row < rows; row++) {
    const mean: f64 = rms ? 0 : sumRow(xPtr, length, 0, SUM, false) / count;
    const inverse = <f32>(1 / sqrt<f64>(sumRow(xPtr, length, mean, SUM_SQUARE, true) / count + epsilon));
    if (biasPtr == 0) normalizeRow(xPtr, scalePtr, 0, outPtr, bytes, mean, inverse, false);
    else normalizeRow(xPtr, scalePtr, biasPtr, outPtr, bytes, mean, inverse, true);
    if (meansPtr != 0) store<f32>(meansPtr + (row << 2), <f32>mean);
    if (inversesPtr != 0) store<f32>(inversesPtr + (row << 2), inverse);
    xPtr += bytes;
    outPtr += bytes;
  }
}

@inline
function normalizeRow(
  xPtr: usize, scalePtr: usize, biasPtr: usize, outPtr: usize, bytes: usize, mean: f64, inverse: f32, biased: bool,
): void {
  // x − upper is exact near the mean, so what the mean loses in float32 is not lost.
  const upper = <f32>mean;
  const lower = <f32>(mean - <f64>upper);
  const uppers = f32x4.splat(upper);
  const lowers = f32x4.splat(lower);
  const inverses = f32x4.splat(inverse);
  const whole = bytes & ~15;
  let j: usize = 0;
  for (; j < whole; j += 16) {
    const centred = f32x4.sub(f32x4.sub(v128.load(xPtr + j), uppers), lowers);
    let y = f32x4.mul(f32x4.mul(centred, inverses), v128.load(scalePtr + j));
    if (biased) y = f32x4.add(y, v128.load(biasPtr + j));
    v128.store(outPtr + j, y);
  }
  for (; j < bytes; j += 4) {
    let y = (load<f32>(xPtr + j) - upper - lower) * inverse * load<f32>(scalePtr + j);
    if (biased) y += load<f32>(biasPtr + j);
    store<f32>(outPtr + j, y);
  }
}

/** out = (x + skip) + bias over rows of `length` elements; skip has skipRows rows, taken again and again; bias one, or
 *  none (biasPtr 0). x and out may be the same. */
export function add_rows_f32(
  xPtr: usize, skipPtr: usize, biasPtr: usize, outPtr: usize, rows: usize, length: usize, skipRows: usize,
): void {
  const bytes = length << 2;
  const whole = bytes & ~15;
  for (let row: usize = 0; row < rows; row++) {
    const skip = skipPtr + (row % skipRows) * bytes;
    let j: usize = 0;
    for (; j < whole; j += 16) {
      let sum = f32x4.add(v128.load(xPtr + j), v128.load(skip + j));
      if (biasPtr != 0) sum = f32x4.add(sum, v128.load(biasPtr + j));
      v128.store(outPtr + j, sum);
    }
    for (; j < bytes; j += 4) {
      let sum = load<f32>(xPtr + j) + load<f32>(skip + j);
      if (biasPtr != 0) sum += load<f32>(biasPtr + j);
      store<f32>(outPtr + j, sum);
    }
    xPtr += bytes;
    outPtr += bytes;
  }
}
