// quantize over 128-bit lanes, run by run (layout/runs.ts): run.ts where a run shares one scale, row.ts where scales
// vary along it. Bit-equal to reference/quantize.ts. Reads and writes exactly `count` elements, at any alignment;
// x and q must not overlap.

import { ScaleParams } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';
import { quantizeRow } from './row';
import { quantizeRun } from './run';

function quantize<T>(xPtr: usize, qPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  const qmin = params.qmin;
  const qmax = params.qmax;
  beginRuns(start, params);
  while (count != 0) {
    const length = runLength(count);
    const scalePtr = params.scalePtr + (usize(runScale()) << 2);
    const zeroPointPtr = params.zeroPointPtr + (usize(runScale()) << 2);
    if (params.inner == 1) {
      quantizeRun<T>(xPtr, qPtr, length, load<f32>(scalePtr), load<i32>(zeroPointPtr), qmin, qmax);
    } else {
      quantizeRow<T>(xPtr, qPtr, length, scalePtr, zeroPointPtr, qmin, qmax);
    }
    nextRun();
    xPtr += usize(length) << 2;
    qPtr += usize(length) * sizeof<T>();
    count -= length;
  }
}

export function quantize_f32_i8(xPtr: usize, qPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  quantize<i8>(xPtr, qPtr, count, start, params);
}

export function quantize_f32_u8(xPtr: usize, qPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  quantize<u8>(xPtr, qPtr, count, start, params);
}

export function quantize_f32_i16(xPtr: usize, qPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  quantize<i16>(xPtr, qPtr, count, start, params);
}

export function quantize_f32_u16(xPtr: usize, qPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  quantize<u16>(xPtr, qPtr, count, start, params);
}

/** 1 when each of `count` scales is finite and > 0 and each zero point lies in [qmin, qmax], else 0. */
export function scales_valid(scalePtr: usize, zeroPointPtr: usize, count: u32, qmin: i32, qmax: i32): i32 {
  // Finite and > 0 is one unsigned range of bit patterns, 1 ..= 0x7f7fffff; less one, it starts at 0.
  const positives = i32x4.splat(0x7f7fffff);
  const one = i32x4.splat(1);
  const qmins = i32x4.splat(qmin);
  const qmaxs = i32x4.splat(qmax);
  let valid = i32x4.splat(-1);
  let s: u32 = 0;
  for (; s + 4 <= count; s += 4) {
    const scales = v128.load(scalePtr + (usize(s) << 2));
    const zeroPoints = v128.load(zeroPointPtr + (usize(s) << 2));
    valid = v128.and(valid, i32x4.lt_u(i32x4.sub(scales, one), positives));
    valid = v128.and(valid, i32x4.ge_s(zeroPoints, qmins));
    valid = v128.and(valid, i32x4.le_s(zeroPoints, qmaxs));
  }
  if (!i32x4.all_true(valid)) return 0;
  for (; s < count; s++) {
    const bits = load<u32>(scalePtr + (usize(s) << 2));
    const zeroPoint = load<i32>(zeroPointPtr + (usize(s) << 2));
    if (bits - 1 >= 0x7f7fffff || zeroPoint < qmin || zeroPoint > qmax) return 0;
  }
  return 1;
}
