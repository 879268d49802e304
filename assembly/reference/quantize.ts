// q[k] = clamp(roundHalfToEven(x[k] / scale[s]) + zeroPoint[s], qmin, qmax), s the scale of element start + k.
// Normative: kernels/quantize equals it bit for bit. Rounding, saturation and NaN: num/code.ts.

import { ScaleParams } from '../abi/scales';
import { scaleIndex } from '../layout/scale-index';
import { quantizeOne } from '../num/code';

function quantize<T>(xPtr: usize, qPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  for (let k: u32 = 0; k < count; k++) {
    const index = usize(scaleIndex(u64(start) + k, params)) << 2;
    const scale = load<f32>(params.scalePtr + index);
    const zeroPoint = load<i32>(params.zeroPointPtr + index);
    const x = load<f32>(xPtr + (usize(k) << 2));
    const code = quantizeOne(x, scale, zeroPoint, params.qmin, params.qmax);
    store<T>(qPtr + usize(k) * sizeof<T>(), <T>code);
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
  for (let s: u32 = 0; s < count; s++) {
    const scale = load<f32>(scalePtr + (usize(s) << 2));
    const zeroPoint = load<i32>(zeroPointPtr + (usize(s) << 2));
    if (!(scale > 0 && scale <= f32.MAX_VALUE)) return 0;
    if (zeroPoint < qmin || zeroPoint > qmax) return 0;
  }
  return 1;
}
