// e^x and e^x − 1 in float64, within 0.75 and 1.5 units in the last place.
//
//   n = nearest(x · log2 e),  r + t = x − n · ln 2 with t far below r,  |r| <= 0.347
//   e^r = 1 + r + r²/2 + r³ · S(r),  S = Σ r^k / (k+3)!, k = 0 … 10: the first term left out is below 2^-57
//   e^x = 2^n · (e^r + t · e^r)

const LOG2_E: f64 = 1.4426950408889634;
/** ln 2; the upper part has 32 bits, so that its product with n is exact. */
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** e^x; NaN stays. */
export function exp64(x: f64): f64 {
  return exp64Of(x, 0);
}

/** e^(x + low), low far below x: what pow needs. */
export function exp64Of(x: f64, low: f64): f64 {
  if (x != x) return x;
  if (x > 710) return Infinity;
  if (x < -746) return 0;
  const n = nearest(x * LOG2_E);
  const high = x - n * LN2_HIGH;
  const r = high - n * LN2_LOW;
  const t = high - r - n * LN2_LOW + low;
  // 1 + r is rounded; the small terms, with what that lost, are added last.
  const sum = 1 + r;
  const lost = 1 - sum + r;
  const rest = tail(r);
  return scaled(sum + (lost + t * (sum + rest) + rest), <i32>n);
}

/** e^x − 1; −0 and NaN stay. */
export function expm164(x: f64): f64 {
  if (!(x > -40)) return x != x ? x : -1;
  if (x > 710) return Infinity;
  const n = nearest(x * LOG2_E);
  const high = x - n * LN2_HIGH;
  const r = high - n * LN2_LOW;
  const t = high - r - n * LN2_LOW;
  const q = r + (t + tail(r));
  if (n == 0) return q;
  // With 2^(n−1), for n is at most 1024.
  const half = power(<i32>n - 1);
  return (half * q + (half - 0.5)) * 2;
}

/** e^r − 1 − r. */
@inline
function tail(r: f64): f64 {
  let sum: f64 = 1.0 / 6227020800.0;
  sum = sum * r + 1.0 / 479001600.0;
  sum = sum * r + 1.0 / 39916800.0;
  sum = sum * r + 1.0 / 3628800.0;
  sum = sum * r + 1.0 / 362880.0;
  sum = sum * r + 1.0 / 40320.0;
  sum = sum * r + 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  return r * r * (sum * r + 0.5);
}

/** x · 2^n in two steps, so that subnormals are rounded once. */
@inline
function scaled(x: f64, n: i32): f64 {
  const lower = n >> 1;
  return x * power(lower) * power(n - lower);
}

/** 2^n, −1022 <= n <= 1023. */
@inline
function power(n: i32): f64 {
  return reinterpret<f64>(<u64>(n + 1023) << 52);
}
