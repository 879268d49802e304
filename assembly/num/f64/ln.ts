// ln x and ln(1 + x) in float64, within 2 units in the last place. The series is that of log.ts:
//
//   x = 2^k · (1 + f), 1 + f in [√½, √2);  s = f / (2 + f);  ln x = k · ln 2 + f − s · (f − R(s²))

import { artanhTail, artanhTailPair } from '../log';

/** Bits of √½, from which the exponent is counted. */
const SQRT_HALF: u64 = 0x3fe6a09e667f3bcd;
/** ln 2; the upper part has 32 bits, so that its product with k is exact. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** ln x; −Infinity for ±0, NaN for negative numbers and NaN. */
export function ln64(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let k: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984; // 2^54: out of the subnormals
    k = -54;
  }
  const shift = (<i64>(reinterpret<u64>(x) - SQRT_HALF)) >> 52;
  const f = reinterpret<f64>(reinterpret<u64>(x) - <u64>(shift << 52)) - 1;
  const s = f / (2 + f);
  const exponent = <f64>(k + shift);
  return exponent * LN2_HIGH + (f - (s * (f - artanhTail(s * s)) - exponent * LN2_LOW));
}

/** ln64 of two normal numbers > 0, bit for bit; something else for others. */
@inline
export function ln64Pair(x: v128): v128 {
  const shift = i64x2.shr_s(i64x2.sub(x, i64x2.splat(SQRT_HALF)), 52);
  const f = f64x2.sub(i64x2.sub(x, i64x2.shl(shift, 52)), f64x2.splat(1));
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  // A small integer added to the bits of 1.5 · 2^52 is added to the number.
  const exponent = f64x2.sub(i64x2.add(shift, i64x2.splat(0x4338000000000000)), f64x2.splat(6755399441055744.0));
  const tail = f64x2.mul(s, f64x2.sub(f, artanhTailPair(f64x2.mul(s, s))));
  const low = f64x2.sub(tail, f64x2.mul(exponent, f64x2.splat(LN2_LOW)));
  return f64x2.add(f64x2.mul(exponent, f64x2.splat(LN2_HIGH)), f64x2.sub(f, low));
}

/** ln(1 + x), accurate near 0: the sum's rounding is taken out again by x / ((1 + x) − 1), after Kahan. */
export function log1p64(x: f64): f64 {
  const sum = 1 + x;
  if (sum == 1 || x == Infinity) return x;
  return ln64(sum) * (x / (sum - 1));
}
