// Local response normalisation of one element: x / (bias + factor · Σ x²)^beta, Σ over near channels in ascending order.
// The power is 1 / (√b · √√b) in float32 for beta = 0.75, the usual one, else e^(−beta · ln b) in float64.

import { exp64 } from './exp64';
import { ln } from './log';

/** x / base^beta. */
@inline
export function normalizedOne(x: f32, base: f32, beta: f64): f32 {
  if (beta == 0.75) {
    const root = sqrt<f32>(base);
    return x / (root * sqrt<f32>(root));
  }
  return <f32>(<f64>x * exp64(-beta * ln(<f64>base)));
}

/** Element j of `size` elements of an image: neighbours lie `step` apart, `before` in front and `after` behind. */
@inline
export function responseOne(
  xPtr: usize, j: isize, size: isize, step: isize, before: isize, after: isize, factor: f32, beta: f64, bias: f32,
): f32 {
  let sum: f32 = 0;
  for (let d = -before; d <= after; d++) {
    const at = j + d * step;
    if (at < 0 || at >= size) continue;
    const near = load<f32>(xPtr + (at << 2));
    sum += near * near;
  }
  return normalizedOne(load<f32>(xPtr + (j << 2)), bias + factor * sum, beta);
}
