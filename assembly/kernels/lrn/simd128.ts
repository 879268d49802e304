// Local response normalisation of float32, 128-bit SIMD, over x seen as [outer, channels, inner]: inner = 1 with channels
// last. Element j of an image has its neighbours at j + d · inner, and there is one exactly where that is inside of the
// image; so four elements in a row are done at once wherever all their neighbours exist, or do not, together.

import { normalizedOne, responseOne } from '../../num/lrn';

/** before, after: how many channels in front and behind count. */
export function lrn_f32(
  xPtr: usize, outPtr: usize, outer: usize, channels: isize, inner: isize, before: isize, after: isize,
  factor: f32, beta: f64, bias: f32,
): void {
  const size = channels * inner;
  const factors = f32x4.splat(factor);
  const biases = f32x4.splat(bias);
  for (let o: usize = 0; o < outer; o++) {
    let j: isize = 0;
    while (j < size) {
      if (j + 4 > size || !inStep(j, size, inner, before, after)) {
        store<f32>(outPtr + (j << 2), responseOne(xPtr, j, size, inner, before, after, factor, beta, bias));
        j++;
        continue;
      }
      let sum = f32x4.splat(0);
      for (let d = -before; d <= after; d++) {
        const at = j + d * inner;
        if (at < 0 || at >= size) continue;
        const near = v128.load(xPtr + (at << 2));
        sum = f32x4.add(sum, f32x4.mul(near, near));
      }
      const base = f32x4.add(biases, f32x4.mul(factors, sum));
      storeNormalized(xPtr + (j << 2), outPtr + (j << 2), base, beta);
      j += 4;
    }
    xPtr += size << 2;
    outPtr += size << 2;
  }
}

/** Whether the four elements from j on have the same neighbours. */
@inline
function inStep(j: isize, size: isize, inner: isize, before: isize, after: isize): bool {
  for (let d = -before; d <= after; d++) {
    const at = j + d * inner;
    if (at < 0 ? at > -4 : at < size && at > size - 4) return false;
  }
  return true;
}

@inline
function storeNormalized(xPtr: usize, outPtr: usize, base: v128, beta: f64): void {
  const x = v128.load(xPtr);
  if (beta == 0.75) {
    const root = f32x4.sqrt(base);
    v128.store(outPtr, f32x4.div(x, f32x4.mul(root, f32x4.sqrt(root))));
    return;
  }
  store<f32>(outPtr, normalizedOne(f32x4.extract_lane(x, 0), f32x4.extract_lane(base, 0), beta));
  store<f32>(outPtr, normalizedOne(f32x4.extract_lane(x, 1), f32x4.extract_lane(base, 1), beta), 4);
  store<f32>(outPtr, normalizedOne(f32x4.extract_lane(x, 2), f32x4.extract_lane(base, 2), beta), 8);
  store<f32>(outPtr, normalizedOne(f32x4.extract_lane(x, 3), f32x4.extract_lane(base, 3), beta), 12);
}
