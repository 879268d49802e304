// Per scale, the squared quantization error and the shift it makes in a product with inputs of known means, over 128-bit
// lanes. Equal to reference/quant-bias.ts, which fixes the order of additions. Reads exactly `count` elements, the scales
// they use and the means of one row, at any alignment.
//
// Scales lie row by row (inner == 1, block == depth), so that element j of a row meets mean j.

import { ScaleParams } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';
import { roundingMagic } from '../../num/lanes';
import { difference4, loadTail, squaresHigh, squaresLow, sumOfPartials, wideHigh, wideLow } from './difference';

/** params: inner == 1, block == depth. means: f32[depth]. error and bias: f64 a scale. */
export function quant_bias_f32(
  xPtr: usize, count: u32, start: u32, meansPtr: usize, errorPtr: usize, biasPtr: usize, params: ScaleParams,
): void {
  const qmin = params.qmin;
  const qmax = params.qmax;
  beginRuns(start, params);
  // Only the first run may start inside a row.
  let meanPtr = meansPtr + (usize(start % params.depth) << 2);
  while (count != 0) {
    const length = runLength(count);
    const index = usize(runScale());
    const scale = load<f32>(params.scalePtr + (index << 2));
    const zeroPoint = load<i32>(params.zeroPointPtr + (index << 2));
    addRun(xPtr, length, meanPtr, scale, qmin - zeroPoint, qmax - zeroPoint, errorPtr + (index << 3), biasPtr + (index << 3));
    nextRun();
    xPtr += usize(length) << 2;
    count -= length;
    meanPtr = meansPtr;
  }
}

/** Adds the sums of one run, whose quotients are clamped to [lowest, highest]. */
@inline
function addRun(
  xPtr: usize, count: u32, meanPtr: usize, scale: f32, lowest: i32, highest: i32, errorPtr: usize, biasPtr: usize,
): void {
  const scales = f32x4.splat(scale);
  const low = f32x4.splat(f32(lowest));
  const high = f32x4.splat(f32(highest));
  const magic = roundingMagic();
  let p01 = f64x2.splat(0);
  let p23 = p01;
  let p45 = p01;
  let p67 = p01;
  let b01 = p01;
  let b23 = p01;
  for (; count >= 8; count -= 8) {
    const a = difference4(v128.load(xPtr), scales, low, high, magic);
    const b = difference4(v128.load(xPtr, 16), scales, low, high, magic);
    p01 = f64x2.add(p01, squaresLow(a));
    p23 = f64x2.add(p23, squaresHigh(a));
    p45 = f64x2.add(p45, squaresLow(b));
    p67 = f64x2.add(p67, squaresHigh(b));
    const shift = f32x4.add(f32x4.mul(a, v128.load(meanPtr)), f32x4.mul(b, v128.load(meanPtr, 16)));
    b01 = f64x2.add(b01, wideLow(shift));
    b23 = f64x2.add(b23, wideHigh(shift));
    xPtr += 32;
    meanPtr += 32;
  }
  if (count != 0) {
    const whole = count >= 4;
    const a = difference4(whole ? v128.load(xPtr) : loadTail(xPtr, count), scales, low, high, magic);
    p01 = f64x2.add(p01, squaresLow(a));
    p23 = f64x2.add(p23, squaresHigh(a));
    let shift = f32x4.mul(a, whole ? v128.load(meanPtr) : loadTail(meanPtr, count));
    if (count > 4) {
      const b = difference4(loadTail(xPtr + 16, count - 4), scales, low, high, magic);
      p45 = f64x2.add(p45, squaresLow(b));
      p67 = f64x2.add(p67, squaresHigh(b));
      shift = f32x4.add(shift, f32x4.mul(b, loadTail(meanPtr + 16, count - 4)));
    }
    b01 = f64x2.add(b01, wideLow(shift));
    b23 = f64x2.add(b23, wideHigh(shift));
  }
  store<f64>(errorPtr, load<f64>(errorPtr) + sumOfPartials(p01, p23, p45, p67));
  const bias = f64x2.add(b01, b23);
  store<f64>(biasPtr, load<f64>(biasPtr) + (f64x2.extract_lane(bias, 0) + f64x2.extract_lane(bias, 1)));
}
