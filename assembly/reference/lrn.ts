// Local response normalisation of float32, scalar and normative.

import { responseOne } from '../num/lrn';

export function lrn_f32(
  xPtr: usize, outPtr: usize, outer: usize, channels: isize, inner: isize, before: isize, after: isize,
  factor: f32, beta: f64, bias: f32,
): void {
  const size = channels * inner;
  for (let o: usize = 0; o < outer; o++) {
    const image = o * (size << 2);
    for (let j: isize = 0; j < size; j++) {
      const y = responseOne(xPtr + image, j, size, inner, before, after, factor, beta, bias);
      store<f32>(outPtr + image + (j << 2), y);
    }
  }
}
