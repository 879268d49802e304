// 32-bit codes (biases, sums of products) to float32, run by run (layout/runs.ts). Bit-equal to reference/qparams.ts.
//
//   x = fl(fl(code − zeroPoint) · scale)          the difference wraps at 32 bits

import { ScaleParams } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';
import { dequantizeOne } from '../../num/code';

function dequantizeRun(qPtr: usize, xPtr: usize, count: u32, scalePtr: usize, zeroPointPtr: usize, step: usize): void {
  const scales = v128.load32_splat(scalePtr);
  const zeroPoints = v128.load32_splat(zeroPointPtr);
  let k: u32 = 0;
  for (; k + 4 <= count; k += 4) {
    const at = usize(k) << 2;
    const centred = i32x4.sub(v128.load(qPtr + at), step == 0 ? zeroPoints : v128.load(zeroPointPtr + at));
    const scale = step == 0 ? scales : v128.load(scalePtr + at);
    v128.store(xPtr + at, f32x4.mul(f32x4.convert_i32x4_s(centred), scale));
  }
  for (; k < count; k++) {
    const at = usize(k) << 2;
    const scale = load<f32>(scalePtr + at * step);
    store<f32>(xPtr + at, dequantizeOne(load<i32>(qPtr + at), scale, load<i32>(zeroPointPtr + at * step)));
  }
}

export function dequantize_i32_f32(qPtr: usize, xPtr: usize, count: u32, start: u32, params: ScaleParams): void {
  const step: usize = params.inner == 1 ? 0 : 1;
  beginRuns(start, params);
  while (count != 0) {
    const length = runLength(count);
    const scale = usize(runScale()) << 2;
    dequantizeRun(qPtr, xPtr, length, params.scalePtr + scale, params.zeroPointPtr + scale, step);
    nextRun();
    qPtr += usize(length) << 2;
    xPtr += usize(length) << 2;
    count -= length;
  }
}
