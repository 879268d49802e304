// What folding a normalization and storing a bias need, per channel or over a weight once when it is read: no lanes needed.
// All arithmetic is f64, rounded once to what is stored.

import { ScaleLayout } from '../../abi/scales';
import { beginRuns, nextRun, runLength, runScale } from '../../layout/runs';

/** x[k] = x[k] · factor[s], s the scale of element start + k. */
export function scale_f32(xPtr: usize, count: u32, start: u32, factorPtr: usize, layout: ScaleLayout): void {
  beginRuns(start, layout);
  while (count != 0) {
    const length = runLength(count);
    const step: usize = layout.inner == 1 ? 0 : 8;
    let factor = factorPtr + (usize(runScale()) << 3);
    for (let k: u32 = 0; k < length; k++) {
      store<f32>(xPtr, f32(f64(load<f32>(xPtr)) * load<f64>(factor)));
      xPtr += 4;
      factor += step;
    }
    nextRun();
    count -= length;
  }
}

/** BatchNormalization as y = scale · x + shift: scale = gamma / √(variance + epsilon), shift = beta − mean · scale.
 *  Inputs are f32[count], outputs f64[count]. */
export function batch_norm_affine(
  gammaPtr: usize, betaPtr: usize, meanPtr: usize, variancePtr: usize, count: u32, epsilon: f32, scalePtr: usize,
  shiftPtr: usize,
): void {
  for (let c: usize = 0; c < usize(count); c++) {
    const at = c << 2;
    const deviation = sqrt<f64>(f64(load<f32>(variancePtr + at)) + f64(epsilon));
    const scale = f64(load<f32>(gammaPtr + at)) / deviation;
    store<f64>(scalePtr + (c << 3), scale);
    store<f64>(shiftPtr + (c << 3), f64(load<f32>(betaPtr + at)) - f64(load<f32>(meanPtr + at)) * scale);
  }
}

/** q[k] = roundHalfToEven(x[k] / scale[k]) as i32, saturating to ±(2^31 − 1); NaN becomes 0. */
export function quantize_f32_i32(xPtr: usize, qPtr: usize, count: u32, scalePtr: usize): void {
  for (let at: usize = 0; at < usize(count) << 2; at += 4) {
    const code = nearest<f64>(f64(load<f32>(xPtr + at)) / f64(load<f32>(scalePtr + at)));
    store<i32>(qPtr + at, code == code ? i32(max<f64>(-2147483647, min<f64>(2147483647, code))) : 0);
  }
}
