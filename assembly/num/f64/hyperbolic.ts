// Hyperbolic functions and their inverses in float64, within 4 units in the last place, from expm1 and log1p, which keep
// what cancels near 0. −0 and NaN stay.

import { exp64, exp64Of, expm164 } from './exp';
import { ln64, log1p64 } from './ln';

const LN_2: f64 = 0.6931471805599453;
/** From here on e^−x and 1 are nothing beside e^x and x². */
const LARGE: f64 = 268435456; // 2^28

export function tanh64(x: f64): f64 {
  const size = abs(x);
  if (size > 20) return copysign<f64>(1, x);
  const t = expm164(2 * size);
  return copysign<f64>(t / (t + 2), x);
}

export function sinh64(x: f64): f64 {
  const size = abs(x);
  if (size > 22) return copysign<f64>(halfExp(size), x);
  const t = expm164(size);
  return copysign<f64>((t + t / (t + 1)) * 0.5, x);
}

export function cosh64(x: f64): f64 {
  const size = abs(x);
  if (size > 22) return halfExp(size);
  const e = exp64(size);
  return (e + 1 / e) * 0.5;
}

/** e^x / 2 = e^(x − ln 2) for a large x: no overflow before its time. */
function halfExp(x: f64): f64 {
  const high = x - LN_2;
  return exp64Of(high, x - high - LN_2);
}

export function asinh64(x: f64): f64 {
  const size = abs(x);
  if (size > LARGE) return copysign<f64>(ln64(size) + LN_2, x);
  return copysign<f64>(log1p64(size + size * size / (1 + sqrt<f64>(size * size + 1))), x);
}

/** NaN below 1. */
export function acosh64(x: f64): f64 {
  if (x > LARGE) return ln64(x) + LN_2;
  if (x < 1) return NaN;
  const t = x - 1;
  return log1p64(t + sqrt<f64>(t * (t + 2)));
}

/** ±Infinity at ±1, NaN beyond. */
export function atanh64(x: f64): f64 {
  const size = abs(x);
  return copysign<f64>(log1p64(2 * size / (1 - size)) * 0.5, x);
}
