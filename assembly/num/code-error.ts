// The expected error of quantizing a value that is spread evenly over a bin.
//
// With t = x / scale, codes are r(t) = nearest whole number in [low, high], in scale units and with the zero point taken off.
// The integrals of |t − r| and (t − r)² from some fixed point up to t are, each whole number adding what half a step on
// either side of it holds,
//
//   E1(t) = r / 4 + (t − r) · |t − r| / 2        E2(t) = r / 12 + (t − r)³ / 3
//
// both continuous, beyond the outermost codes too. A bin [a, b) of x errs by scale^(p+1) · (Ep(b/scale) − Ep(a/scale)) / (b − a)
// on average, p being 1 or 2. Which of two whole numbers a tie goes to does not matter.

/** Bytes of a candidate: 1 / scale, low and high, float64 each. */
export const CANDIDATE_BYTES: usize = 24;

@inline
export function errorUpTo(t: f64, low: f64, high: f64, squared: bool): f64 {
  const r = min<f64>(high, max<f64>(low, nearest<f64>(t)));
  const d = t - r;
  return squared ? r * (1.0 / 12.0) + d * d * d * (1.0 / 3.0) : r * 0.25 + d * abs<f64>(d) * 0.5;
}
