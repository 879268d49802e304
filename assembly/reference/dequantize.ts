// x[k] = (q[k] - zeroPoint[s]) · scale[s], s the scale of element start + k. The subtraction is in integers.
// Normative: kernels/dequantize equals it bit for bit.

import { ScaleParams } from '../abi/scales';
import { scaleIndex } from '../layout/scale-index';
import { dequantizeOne } from '../num/code';

function dequantize<T>(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  for (let k: u32 = 0; k < count; k++) {
    const index = usize(scaleIndex(u64(start) + k, params)) << 2;
    const scale = load<f32>(params.scalePtr + index);
    const zeroPoint = load<i32>(params.zeroPointPtr + index);
    const code = <i32>load<T>(qPtr + usize(k) * sizeof<T>());
    store<f32>(xPtr + (usize(k) << 2), dequantizeOne(code, scale, zeroPoint));
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
