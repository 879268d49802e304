// x^y in float64, within 1 unit in the last place, exact where the result is a float64. ln x and its product with y are
// sums of two float64s, high + low, of which low is far below the last bit of high:
//
//   x = 2^k · m, m in [√½, √2);  s = (m − 1) / (m + 1) = high + low;  ln m = 2s + ⅔ s³ + s⁵ · T(s²)
//
// The cube too is summed in two parts, T is a plain series. ln x is within 2^-63 or so; y · ln x <= 746.

import { exp64Of } from './exp';

const SQRT_HALF: u64 = 0x3fe6a09e667f3bcd;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const TWO_THIRDS: f64 = 0.6666666666666666;
const TWO_THIRDS_LOW: f64 = 3.700743415417188e-17;
/** 2^27 + 1 splits a float64 into two halves of 26 bits, whose products are exact (Veltkamp, Dekker). */
const SPLITTER: f64 = 134217729;

/** As IEEE 754: pow(x, 0) = pow(1, y) = 1 for everything; a negative x needs an integer y. */
export function pow64(x: f64, y: f64): f64 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const size = abs(x);
  const odd = isOdd(y);
  if (size == 0 || size == Infinity || abs(y) == Infinity) return limit(size, y, x, odd);
  if (x < 0 && nearest(y) != y) return NaN;
  if (y == 2) return x * x;
  if (y == 0.5) return sqrt<f64>(x);
  const value = positivePower(size, y);
  return x < 0 && odd ? -value : value;
}

function isOdd(y: f64): bool {
  return abs(y) < 9007199254740992.0 && nearest(y) == y && (<i64>y & 1) == 1;
}

function limit(size: f64, y: f64, x: f64, odd: bool): f64 {
  if (size == 1) return 1;
  const value = size > 1 == y > 0 ? Infinity : 0.0;
  return odd ? copysign<f64>(value, x) : value;
}

/** Error of the product a · b, which is rounded to `product`. */
@inline
function productError(a: f64, b: f64, product: f64): f64 {
  const a1 = upper(a);
  const b1 = upper(b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}

@inline
function upper(a: f64): f64 {
  const t = SPLITTER * a;
  return t - (t - a);
}

/** size^y, 0 < size < Infinity, y finite and not 0. */
function positivePower(size: f64, y: f64): f64 {
  // |ln size| is 2^-53 at least: a larger y is as good as this one, and its halves do not overflow.
  const bounded = max<f64>(min<f64>(y, 1e20), -1e20);
  const high = lnHigh(size);
  const product = bounded * high;
  if (!(abs(product) < 800)) return product > 0 ? Infinity : 0;
  return exp64Of(product, productError(bounded, high, product) + bounded * lnLow);
}

/** What {@link lnHigh} leaves out of ln x. */
let lnLow: f64 = 0;

/** ln x; sets {@link lnLow}. */
function lnHigh(x: f64): f64 {
  let k: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54
    k = -54;
  }
  const shift = (<i64>(reinterpret<u64>(x) - SQRT_HALF)) >> 52;
  const m = reinterpret<f64>(reinterpret<u64>(x) - <u64>(shift << 52));
  const f = m - 1;
  // m + 1 = sum + sumLow;  s = f / (m + 1) = s + sLow
  const sum = m + 1;
  const sumLow = m - (sum - 1);
  const s = f / sum;
  const back = s * sum;
  const sLow = (f - back - productError(s, sum, back) - s * sumLow) / sum;
  // ⅔ s³ = cube + cubeLow
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const sz = s * z;
  const szLow = productError(s, z, sz) + s * zLow + sLow * z;
  const cube = TWO_THIRDS * sz;
  const cubeLow = productError(TWO_THIRDS, sz, cube) + TWO_THIRDS * szLow + TWO_THIRDS_LOW * sz;
  const exponent = <f64>(k + shift);
  const small = sz * z * tail(z) + (cubeLow + 2 * sLow) + exponent * LN2_LOW;
  return added(exponent * LN2_HIGH, 2 * s, cube, small);
}

/** a + b + c + small, each at least some bits above the next; sets {@link lnLow}. */
function added(a: f64, b: f64, c: f64, small: f64): f64 {
  const first = a + b;
  const firstLow = a == 0 ? 0 : a - first + b;
  const second = first + c;
  const secondLow = first - second + c;
  const rest = firstLow + secondLow + small;
  const total = second + rest;
  lnLow = second - total + rest;
  return total;
}

/** Σ 2/(2j+5) · z^j. */
@inline
function tail(z: f64): f64 {
  let sum: f64 = 2.0 / 23.0;
  sum = sum * z + 2.0 / 21.0;
  sum = sum * z + 2.0 / 19.0;
  sum = sum * z + 2.0 / 17.0;
  sum = sum * z + 2.0 / 15.0;
  sum = sum * z + 2.0 / 13.0;
  sum = sum * z + 2.0 / 11.0;
  sum = sum * z + 2.0 / 9.0;
  sum = sum * z + 2.0 / 7.0;
  return sum * z + 2.0 / 5.0;
}
