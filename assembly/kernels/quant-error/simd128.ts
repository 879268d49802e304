// Squared quantization error per scale over 128-bit lanes. Equal to reference/quant-error.ts, which fixes the order
// of additions. Reads exactly `count` elements and the scales they use, at any alignment.

import { ScaleParams } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';
import { roundingMagic } from '../../num/lanes';
import { difference4, loadTail, squaresHigh, squaresLow, sumOfPartials } from './difference';

export function quant_error_f32(xPtr: usize, count: u32, start: u32, errorPtr: usize, params: ScaleParams): void {
  const qmin = params.qmin;
  const qmax = params.qmax;
  const sharedScale = params.inner == 1;
  beginRuns(start, params);
  while (count != 0) {
    const length = runLength(count);
    const index = usize(runScale());
    const scalePtr = params.scalePtr + (index << 2);
    const zeroPointPtr = params.zeroPointPtr + (index << 2);
    const errorOfScale = errorPtr + (index << 3);
    if (sharedScale) {
      const sum = errorOfRun(xPtr, length, load<f32>(scalePtr), load<i32>(zeroPointPtr), qmin, qmax);
      store<f64>(errorOfScale, load<f64>(errorOfScale) + sum);
    } else {
      addErrorsOfRow(xPtr, length, scalePtr, zeroPointPtr, errorOfScale, qmin, qmax);
    }
    nextRun();
    xPtr += usize(length) << 2;
    count -= length;
  }
}

@inline
function errorOfRun(xPtr: usize, count: u32, scale: f32, zeroPoint: i32, qmin: i32, qmax: i32): f64 {
  const scales = f32x4.splat(scale);
  const low = f32x4.splat(f32(qmin - zeroPoint));
  const high = f32x4.splat(f32(qmax - zeroPoint));
  const magic = roundingMagic();
  let p01 = f64x2.splat(0);
  let p23 = p01;
  let p45 = p01;
  let p67 = p01;
  for (; count >= 8; count -= 8) {
    const a = difference4(v128.load(xPtr), scales, low, high, magic);
    const b = difference4(v128.load(xPtr, 16), scales, low, high, magic);
    p01 = f64x2.add(p01, squaresLow(a));
    p23 = f64x2.add(p23, squaresHigh(a));
    p45 = f64x2.add(p45, squaresLow(b));
    p67 = f64x2.add(p67, squaresHigh(b));
    xPtr += 32;
  }
  if (count != 0) {
    const a = difference4(count >= 4 ? v128.load(xPtr) : loadTail(xPtr, count), scales, low, high, magic);
    p01 = f64x2.add(p01, squaresLow(a));
    p23 = f64x2.add(p23, squaresHigh(a));
  }
  if (count > 4) {
    const b = difference4(loadTail(xPtr + 16, count - 4), scales, low, high, magic);
    p45 = f64x2.add(p45, squaresLow(b));
    p67 = f64x2.add(p67, squaresHigh(b));
  }
  return sumOfPartials(p01, p23, p45, p67);
}

@inline
function addErrorsOfRow(
  xPtr: usize, count: u32, scalePtr: usize, zeroPointPtr: usize, errorPtr: usize, qmin: i32, qmax: i32,
): void {
  const qmins = i32x4.splat(qmin);
  const qmaxs = i32x4.splat(qmax);
  const magic = roundingMagic();
  for (; count >= 4; count -= 4) {
    const zeroPoints = v128.load(zeroPointPtr);
    const low = f32x4.convert_i32x4_s(i32x4.sub(qmins, zeroPoints));
    const high = f32x4.convert_i32x4_s(i32x4.sub(qmaxs, zeroPoints));
    const a = difference4(v128.load(xPtr), v128.load(scalePtr), low, high, magic);
    v128.store(errorPtr, f64x2.add(v128.load(errorPtr), squaresLow(a)));
    v128.store(errorPtr, f64x2.add(v128.load(errorPtr, 16), squaresHigh(a)), 16);
    xPtr += 16;
    scalePtr += 16;
    zeroPointPtr += 16;
    errorPtr += 32;
  }
  for (; count != 0; count--) {
    const zeroPoint = load<i32>(zeroPointPtr);
    const low = f32x4.splat(f32(qmin - zeroPoint));
    const high = f32x4.splat(f32(qmax - zeroPoint));
    const a = difference4(v128.load32_splat(xPtr), v128.load32_splat(scalePtr), low, high, magic);
    store<f64>(errorPtr, load<f64>(errorPtr) + f64x2.extract_lane(squaresLow(a), 0));
    xPtr += 4;
    scalePtr += 4;
    zeroPointPtr += 4;
    errorPtr += 8;
  }
}
