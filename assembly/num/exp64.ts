// e^x in float64 without the host's Math: the same bits everywhere, within 2 ulp.
//
//   n = round(x · log2 e);  r = x − n · ln 2, |r| <= 0.347;  e^r = Σ r^k / k!, k = 0..14;  e^x = 2^n · e^r
//
// ln 2 is taken in two parts; the upper has 33 bits, so its product with n is exact. The first term left out is below
// 2^-63. 2^n goes in as two factors, so that it neither overflows nor falls under the subnormals before the product.

const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;

/** e^x; Infinity from about 709.8 up, 0 below about −745.2. */
export function exp64(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.79) return Infinity;
  if (x < -745.2) return 0;
  const n = nearest<f64>(x * 1.4426950408889634);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum: f64 = 1;
  for (let k: f64 = 14; k > 0; k--) sum = 1 + (sum * r) / k;
  const half = <i64>n >> 1;
  return sum * power2(half) * power2(<i64>n - half);
}

@inline
function power2(n: i64): f64 {
  return reinterpret<f64>(<u64>(n + 1023) << 52);
}
