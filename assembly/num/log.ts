// Decimal and natural logarithm in float64 without the host's Math: the same bits everywhere, within 2 ulp of the true value.
//
//   x = 2^k · m with m in [√½, √2);  f = m − 1;  s = f / (2 + f)
//   ln m = 2 · artanh(s) = 2s + s·R,  R = Σ 2/(2j+1) · s^(2j), j = 1..10;  2s = f − s·f, so  ln m = f − s·(f − R)
//   log10 x = k · log10 2 + ln m · log10 e
//
// |s| <= 0.1716, so the first term left out is below 2^-61 of the sum.

/** Bits of √½, from which the exponent is counted. */
const SQRT_HALF: u64 = 0x3fe6a09e667f3bcd;
/** log10 2 in two parts; the upper has 40 bits, so that its product with an exponent is exact. */
const LOG10_2_HIGH: f64 = 0.30102999566361177;
const LOG10_2_LOW: f64 = 3.694239077158931e-13;
const LOG10_E: f64 = 0.4342944819032518;

/** log10 x; −Infinity for ±0, NaN for negative numbers and NaN. */
export function log10(x: f64): f64 {
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
  return exponent * LOG10_2_HIGH + (exponent * LOG10_2_LOW + (f - s * (f - artanhTail(s * s))) * LOG10_E);
}

/** ln 2 in two parts; the upper has 33 bits. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** ln x, as log10. */
export function ln(x: f64): f64 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return x;
  let k: i64 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -54;
  }
  const shift = (<i64>(reinterpret<u64>(x) - SQRT_HALF)) >> 52;
  const f = reinterpret<f64>(reinterpret<u64>(x) - <u64>(shift << 52)) - 1;
  const s = f / (2 + f);
  const exponent = <f64>(k + shift);
  return exponent * LN2_HIGH + (exponent * LN2_LOW + (f - s * (f - artanhTail(s * s))));
}

/** Σ 2/(2j+1) · z^j, j = 1..10, by Horner's rule. */
@inline
export function artanhTail(z: f64): f64 {
  let sum: f64 = 2.0 / 21.0;
  sum = sum * z + 2.0 / 19.0;
  sum = sum * z + 2.0 / 17.0;
  sum = sum * z + 2.0 / 15.0;
  sum = sum * z + 2.0 / 13.0;
  sum = sum * z + 2.0 / 11.0;
  sum = sum * z + 2.0 / 9.0;
  sum = sum * z + 2.0 / 7.0;
  sum = sum * z + 2.0 / 5.0;
  sum = sum * z + 2.0 / 3.0;
  return sum * z;
}

/** {@link artanhTail} of two numbers. */
@inline
export function artanhTailPair(z: v128): v128 {
  let sum = f64x2.splat(2.0 / 21.0);
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 19.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 17.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 15.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 13.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 11.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 9.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 7.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 5.0));
  sum = f64x2.add(f64x2.mul(sum, z), f64x2.splat(2.0 / 3.0));
  return f64x2.mul(sum, z);
}
