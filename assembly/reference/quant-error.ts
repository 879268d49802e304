// error[s] += sum of (x[k] - dequantize(quantize(x[k])))² over the elements of each scale s.
// Normative, order of additions included: kernels/quant-error equals it bit for bit (a NaN for a NaN).
//
// The difference is rounded to f32 (it is exact unless x saturates far out), its square and all sums are f64.
//   inner > 1   squares are added to error[s] one by one, in the order of elements
//   inner == 1  per run (layout/runs.ts), the square of the run's element j goes to partial sum p[j mod 8]; then
//               error[s] += ((p0 + p4) + (p2 + p6)) + ((p1 + p5) + (p3 + p7))

import { ScaleLayout, ScaleParams } from '../abi/scales';
import { scaleIndex } from '../layout/scale-index';
import { dequantizeOne, quantizeOne } from '../num/code';

const partials: usize = memory.data(8 * 8, 8);

export function quant_error_f32(xPtr: usize, count: u32, start: u32, errorPtr: usize, params: ScaleParams): void {
  let j: u32 = 0;
  memory.fill(partials, 0, 64);
  for (let k: u32 = 0; k < count; k++) {
    const element = u64(start) + k;
    const index = usize(scaleIndex(element, params));
    const squared = squaredError(load<f32>(xPtr + (usize(k) << 2)), index, params);
    const errorOfScale = errorPtr + (index << 3);
    if (params.inner > 1) {
      store<f64>(errorOfScale, load<f64>(errorOfScale) + squared);
      continue;
    }
    const partial = partials + (usize(j++ & 7) << 3);
    store<f64>(partial, load<f64>(partial) + squared);
    if (k + 1 == count || startsRun(element + 1, params)) {
      store<f64>(errorOfScale, load<f64>(errorOfScale) + sumOfPartials());
      memory.fill(partials, 0, 64);
      j = 0;
    }
  }
}

function squaredError(x: f32, index: usize, params: ScaleParams): f64 {
  const scale = load<f32>(params.scalePtr + (index << 2));
  const zeroPoint = load<i32>(params.zeroPointPtr + (index << 2));
  const code = quantizeOne(x, scale, zeroPoint, params.qmin, params.qmax);
  const difference = f64(x - dequantizeOne(code, scale, zeroPoint));
  return difference * difference;
}

/** For inner == 1: whether a block begins at the element. */
function startsRun(element: u64, layout: ScaleLayout): bool {
  return (element % layout.depth) % layout.block == 0;
}

function sumOfPartials(): f64 {
  const even = (load<f64>(partials) + load<f64>(partials, 32)) + (load<f64>(partials, 16) + load<f64>(partials, 48));
  const odd = (load<f64>(partials, 8) + load<f64>(partials, 40)) + (load<f64>(partials, 24) + load<f64>(partials, 56));
  return even + odd;
}
