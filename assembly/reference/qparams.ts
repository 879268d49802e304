// 32-bit codes to float32: x[k] = fl(fl(q[k] − zeroPoint[s]) · scale[s]), s the scale of element start + k. Normative.

import { ScaleParams } from '../abi/scales';
import { scaleIndex } from '../layout/scale-index';
import { dequantizeOne } from '../num/code';

export function dequantize_i32_f32(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  for (let k: u32 = 0; k < count; k++) {
    const index = usize(scaleIndex(u64(start) + k, params)) << 2;
    const code = load<i32>(qPtr + (usize(k) << 2));
    const value = dequantizeOne(code, load<f32>(params.scalePtr + index), load<i32>(params.zeroPointPtr + index));
    store<f32>(xPtr + (usize(k) << 2), value);
  }
}
