// The error function in float64, within 6 units in the last place.
//
//   |x| < 1:   2/√π · e^−x² · Σ 2^n x^(2n+1) / (1·3·5 … (2n+1)), all terms positive
//   else:      1 − erfc x,  erfc x = e^−x² / √π / (x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …))))

import { exp64 } from './exp';

const TWO_OVER_ROOT_PI: f64 = 1.1283791670955126;
const ROOT_PI: f64 = 1.772453850905516;

/** −0 and NaN stay. */
export function erf64(x: f64): f64 {
  const size = abs(x);
  if (size != size) return x;
  if (size > 6) return copysign<f64>(1, x);
  return copysign<f64>(size < 1 ? bySeries(size) : 1 - byFraction(size), x);
}

function bySeries(x: f64): f64 {
  const twice = 2 * x * x;
  let term = x;
  let sum = x;
  for (let odd: f64 = 3; term > sum * 1e-17; odd += 2) {
    term = term * twice / odd;
    sum += term;
  }
  return TWO_OVER_ROOT_PI * exp64(-x * x) * sum;
}

function byFraction(x: f64): f64 {
  // With n levels the error is about e^(−2x·√(2n)): this many make it 2^-52 of erfc.
  const levels = ceil(165 / (x * x)) + 4;
  let below = x;
  for (let n = levels; n > 0; n--) below = x + n * 0.5 / below;
  return exp64(-x * x) / (ROOT_PI * below);
}
