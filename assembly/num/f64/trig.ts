// Sine, cosine, tangent and their inverses in float64, within 4 units in the last place, for every float64.
//
//   sin and cos of |r| <= π/4 by their series, to r^17 and r^16: what is left out is below 2^-56 of the sum
//   atan a = atan c + atan((a − c) / (1 + a·c)), c = 0, ¼, ½, ¾ or 1, so that the series is over |t| <= 1/8; a > 1 by 1/a

import { quadrant, restOfTurn } from './quarter-turns';

const HALF_PI: f64 = 1.5707963267948966;

/** atan of 0, ¼, ½, ¾, 1. */
const ATAN: usize = memory.data<f64>([
  0, 0.24497866312686414, 0.4636476090008061, 0.6435011087932844, 0.7853981633974483,
]);

export function sin64(x: f64): f64 {
  if (x == 0) return x;
  const r = restOfTurn(x);
  const value = quadrant & 1 ? cosine(r) : sine(r);
  return quadrant & 2 ? -value : value;
}

export function cos64(x: f64): f64 {
  const r = restOfTurn(x);
  const value = quadrant & 1 ? sine(r) : cosine(r);
  return quadrant + 1 & 2 ? -value : value;
}

export function tan64(x: f64): f64 {
  if (x == 0) return x;
  const r = restOfTurn(x);
  return quadrant & 1 ? -cosine(r) / sine(r) : sine(r) / cosine(r);
}

function sine(r: f64): f64 {
  const z = r * r;
  let sum: f64 = 1.0 / 355687428096000.0;
  sum = sum * z - 1.0 / 1307674368000.0;
  sum = sum * z + 1.0 / 6227020800.0;
  sum = sum * z - 1.0 / 39916800.0;
  sum = sum * z + 1.0 / 362880.0;
  sum = sum * z - 1.0 / 5040.0;
  sum = sum * z + 1.0 / 120.0;
  sum = sum * z - 1.0 / 6.0;
  return r + r * z * sum;
}

function cosine(r: f64): f64 {
  const z = r * r;
  let sum: f64 = 1.0 / 20922789888000.0;
  sum = sum * z - 1.0 / 87178291200.0;
  sum = sum * z + 1.0 / 479001600.0;
  sum = sum * z - 1.0 / 3628800.0;
  sum = sum * z + 1.0 / 40320.0;
  sum = sum * z - 1.0 / 720.0;
  sum = sum * z + 1.0 / 24.0;
  const half = 0.5 * z;
  const base = 1 - half;
  return base + (1 - base - half + z * z * sum);
}

export function atan64(x: f64): f64 {
  const size = abs(x);
  if (size != size) return x;
  const value = size > 1 ? HALF_PI - atanOfUnit(1 / size) : atanOfUnit(size);
  return copysign<f64>(value, x);
}

/** 0 <= a <= 1. */
function atanOfUnit(a: f64): f64 {
  const c = nearest(a * 4);
  const t = (a - c * 0.25) / (1 + a * (c * 0.25));
  const z = t * t;
  let sum: f64 = 1.0 / 17.0;
  sum = sum * z - 1.0 / 15.0;
  sum = sum * z + 1.0 / 13.0;
  sum = sum * z - 1.0 / 11.0;
  sum = sum * z + 1.0 / 9.0;
  sum = sum * z - 1.0 / 7.0;
  sum = sum * z + 1.0 / 5.0;
  sum = sum * z - 1.0 / 3.0;
  return load<f64>(ATAN + (<usize>c << 3)) + (t + t * z * sum);
}

/** NaN beyond ±1. */
export function asin64(x: f64): f64 {
  return x == 0 ? x : atan64(x / sqrt<f64>((1 - x) * (1 + x)));
}

/** NaN beyond ±1. */
export function acos64(x: f64): f64 {
  return 2 * atan64(sqrt<f64>((1 - x) / (1 + x)));
}
