// Of the elements of each scale s, whose rows of `depth` elements meet inputs of means m[0] .. m[depth - 1], with
// d = x - dequantize(quantize(x)) rounded to f32:
//
//   error[s] += sum of d²            bias[s] += sum of m[j] · d[j]
//
// Normative, order of additions included: kernels/quant-error/bias equals it bit for bit (a NaN for a NaN). Element j
// is counted from where the run begins: the row, or the first element given.
//
//   error   as in quant-error.ts for inner == 1: partial sums p[j mod 8]
//   bias    the f32 products of the elements j and j + 4 of every eight are added in f32; that sum goes to the f64
//           partial b[j mod 4]; then bias[s] += (b0 + b2) + (b1 + b3). Half the conversions of single products.

import { ScaleParams } from '../abi/scales';
import { dequantizeOne, quantizeOne } from '../num/code';

const partials: usize = memory.data(8 * 8, 8);
const biases: usize = memory.data(8 * 4, 8);

export function quant_bias_f32(
  xPtr: usize, count: u32, start: u32, meansPtr: usize, errorPtr: usize, biasPtr: usize, params: ScaleParams,
): void {
  let done: u32 = 0;
  while (done < count) {
    const element = u64(start) + done;
    const place = u32(element % params.depth);
    const length = min(params.depth - place, count - done);
    const index = usize((element / params.depth) % params.scaleCount);
    addRun(xPtr + (usize(done) << 2), length, meansPtr + (usize(place) << 2), index, params);
    store<f64>(errorPtr + (index << 3), load<f64>(errorPtr + (index << 3)) + sumOfPartials());
    store<f64>(biasPtr + (index << 3), load<f64>(biasPtr + (index << 3)) + sumOfBiases());
    done += length;
  }
}

/** Fills `partials` and `biases` with the sums of a run. */
function addRun(xPtr: usize, length: u32, meanPtr: usize, index: usize, params: ScaleParams): void {
  memory.fill(partials, 0, 64);
  memory.fill(biases, 0, 32);
  for (let j: u32 = 0; j < length; j++) {
    const d = difference(load<f32>(xPtr + (usize(j) << 2)), index, params);
    const partial = partials + (usize(j & 7) << 3);
    store<f64>(partial, load<f64>(partial) + f64(d) * f64(d));
    if ((j & 4) != 0) continue;
    let shift = d * load<f32>(meanPtr + (usize(j) << 2));
    if (j + 4 < length) {
      const other = difference(load<f32>(xPtr + (usize(j + 4) << 2)), index, params);
      shift += other * load<f32>(meanPtr + (usize(j + 4) << 2));
    }
    const bias = biases + (usize(j & 3) << 3);
    store<f64>(bias, load<f64>(bias) + f64(shift));
  }
}

function difference(x: f32, index: usize, params: ScaleParams): f32 {
  const scale = load<f32>(params.scalePtr + (index << 2));
  const zeroPoint = load<i32>(params.zeroPointPtr + (index << 2));
  return x - dequantizeOne(quantizeOne(x, scale, zeroPoint, params.qmin, params.qmax), scale, zeroPoint);
}

function sumOfPartials(): f64 {
  const even = (load<f64>(partials) + load<f64>(partials, 32)) + (load<f64>(partials, 16) + load<f64>(partials, 48));
  const odd = (load<f64>(partials, 8) + load<f64>(partials, 40)) + (load<f64>(partials, 24) + load<f64>(partials, 56));
  return even + odd;
}

function sumOfBiases(): f64 {
  return (load<f64>(biases) + load<f64>(biases, 16)) + (load<f64>(biases, 8) + load<f64>(biases, 24));
}
