// dequantize over 128-bit lanes, run by run (layout/runs.ts): widen to i32, subtract the zero point, convert, multiply.
// Bit-equal to reference/dequantize.ts. Reads and writes exactly `count` elements, at any alignment; q and x must not
// overlap.

import { ScaleParams } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';
import { dequantizeOne } from '../../num/code';
import { highCodes4, loadCodes4, loadCodes8, lowCodes4 } from '../../num/widen';

/** A run whose elements share one scale. */
function dequantizeRun<T>(qPtr: usize, xPtr: usize, count: u32, scale: f32, zeroPoint: i32): void {
  const scales = f32x4.splat(scale);
  const zeroPoints = i32x4.splat(zeroPoint);
  let k: u32 = 0;
  for (; k + 16 <= count; k += 16) {
    const q = qPtr + usize(k) * sizeof<T>();
    const x = xPtr + (usize(k) << 2);
    const first = loadCodes8<T>(q);
    const second = loadCodes8<T>(q + 8 * sizeof<T>());
    v128.store(x, dequantize4(lowCodes4<T>(first), scales, zeroPoints));
    v128.store(x, dequantize4(highCodes4<T>(first), scales, zeroPoints), 16);
    v128.store(x, dequantize4(lowCodes4<T>(second), scales, zeroPoints), 32);
    v128.store(x, dequantize4(highCodes4<T>(second), scales, zeroPoints), 48);
  }
  for (; k + 4 <= count; k += 4) {
    const codes = loadCodes4<T>(qPtr + usize(k) * sizeof<T>());
    v128.store(xPtr + (usize(k) << 2), dequantize4(codes, scales, zeroPoints));
  }
  for (; k < count; k++) {
    const code = i32(load<T>(qPtr + usize(k) * sizeof<T>()));
    store<f32>(xPtr + (usize(k) << 2), dequantizeOne(code, scale, zeroPoint));
  }
}

/** A run whose elements use consecutive scales. */
function dequantizeRow<T>(qPtr: usize, xPtr: usize, count: u32, scalePtr: usize, zeroPointPtr: usize): void {
  let k: u32 = 0;
  for (; k + 4 <= count; k += 4) {
    const at = usize(k) << 2;
    const codes = loadCodes4<T>(qPtr + usize(k) * sizeof<T>());
    v128.store(xPtr + at, dequantize4(codes, v128.load(scalePtr + at), v128.load(zeroPointPtr + at)));
  }
  for (; k < count; k++) {
    const at = usize(k) << 2;
    const code = i32(load<T>(qPtr + usize(k) * sizeof<T>()));
    store<f32>(xPtr + at, dequantizeOne(code, load<f32>(scalePtr + at), load<i32>(zeroPointPtr + at)));
  }
}

@inline
function dequantize4(codes: v128, scales: v128, zeroPoints: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(codes, zeroPoints)), scales);
}

function dequantize<T>(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  beginRuns(start, params);
  while (count != 0) {
    const length = runLength(count);
    const scalePtr = params.scalePtr + (usize(runScale()) << 2);
    const zeroPointPtr = params.zeroPointPtr + (usize(runScale()) << 2);
    if (params.inner == 1) {
      dequantizeRun<T>(qPtr, xPtr, length, load<f32>(scalePtr), load<i32>(zeroPointPtr));
    } else {
      dequantizeRow<T>(qPtr, xPtr, length, scalePtr, zeroPointPtr);
    }
    nextRun();
    qPtr += usize(length) * sizeof<T>();
    xPtr += usize(length) << 2;
    count -= length;
  }
}

export function dequantize_i8_f32(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  dequantize<i8>(qPtr, xPtr, count, start, params);
}

export function dequantize_u8_f32(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  dequantize<u8>(qPtr, xPtr, count, start, params);
}

export function dequantize_i16_f32(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  dequantize<i16>(qPtr, xPtr, count, start, params);
}

export function dequantize_u16_f32(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  dequantize<u16>(qPtr, xPtr, count, start, params);
}
