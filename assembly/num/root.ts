// The p-th root and the p-th power for integer p >= 1, of arithmetic that every machine does alike.

/** x^p by p − 1 products in float32. x is not negative, or NaN. */
@inline
export function powerOf(x: f32, p: i32): f32 {
  let y = x;
  for (let i = 1; i < p; i++) y *= x;
  return y;
}

/** s^(1/p) rounded to float32, for s >= 0; NaN and infinity stay. Newton's iteration in float64 from a start above the
 *  root: it falls until rounding stops it.
 *
 *    r' = r − (r − s / r^(p − 1)) / p
 *
 *  The start: s = m · 2^e with m < 2, so 2^(floor(e / p) + 1) is above s^(1/p), by a factor of 2 at most. */
export function rootOf(s: f32, p: i32): f32 {
  if (p == 1) return s;
  if (p == 2) return sqrt<f32>(s);
  if (!(s > 0) || !isFinite<f32>(s)) return s;
  const wide = f64(s);
  const exponent = i32(reinterpret<i64>(wide) >> 52) - 1023;
  let start = exponent / p;
  if (start * p > exponent) start--;
  let next = reinterpret<f64>(i64(start + 1 + 1023) << 52);
  let r: f64;
  do {
    r = next;
    let power = r;
    for (let i = 2; i < p; i++) power *= r;
    next = r - (r - wide / power) / f64(p);
  } while (next < r);
  return f32(r);
}
