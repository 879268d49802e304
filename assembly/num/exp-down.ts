// e^x for x <= 0, as softmax needs it: float32, four lanes and one, the same bits. Within 1.5 ulp; below ln 2^-126 the
// answer is 0, since what a softmax adds there is nothing and subnormal numbers are slow. NaN stays NaN.
//
//   n = round(x · log2 e);  r = x − n · ln 2, |r| <= 0.347;  e^r = 1 + (r + r² · q(r));  e^x = 2^n · e^r
//
// ln 2 is taken in two parts; the upper has 9 bits, so its product with n (7 bits) is exact. q is the polynomial of
// degree 4 with the least greatest error (3.2e-9, relative) on that interval. With n >= -126 and e^r >= 1 where
// n = -126, adding n to the exponent bits is a product with 2^n.

const C: usize = memory.data<f32>([
  1.442695, // 0: log2 e
  12582912, // 4: 1.5 · 2^23, which rounds what it is added to, and leaves the integer in the low bits
  0.693359375, // 8: ln 2, upper part
  -0.00021219444, // 12: ln 2, lower part
  0.00138138805, // 16: q, highest power first
  0.00836906303, // 20
  0.0416684225, // 24
  0.166665182, // 28
  0.49999994, // 32
  -87.33, // 36: the least x that is not 0, above ln 2^-126 = -87.3365
  1, // 40
]);

@inline
function constant(offset: usize): v128 {
  return v128.load32_splat(C + offset);
}

/** e^x in four lanes; x <= 0. */
@inline
export function expDown4(x: v128): v128 {
  const magic = constant(4);
  const shifted = f32x4.add(f32x4.mul(x, constant(0)), magic);
  const n = f32x4.sub(shifted, magic);
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(8))), f32x4.mul(n, constant(12)));
  let q = f32x4.add(f32x4.mul(constant(16), r), constant(20));
  q = f32x4.add(f32x4.mul(q, r), constant(24));
  q = f32x4.add(f32x4.mul(q, r), constant(28));
  q = f32x4.add(f32x4.mul(q, r), constant(32));
  const p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), q), r), constant(40));
  const scaled = i32x4.add(p, i32x4.shl(shifted, 23));
  const known = v128.bitselect(x, scaled, f32x4.ne(x, x));
  return v128.andnot(known, f32x4.lt(x, constant(36)));
}

/** e^x; x <= 0. */
@inline
export function expDown(x: f32): f32 {
  if (x != x) return x;
  if (x < load<f32>(C, 36)) return 0;
  const magic = load<f32>(C, 4);
  const shifted = x * load<f32>(C) + magic;
  const n = shifted - magic;
  const r = x - n * load<f32>(C, 8) - n * load<f32>(C, 12);
  let q = load<f32>(C, 16) * r + load<f32>(C, 20);
  q = q * r + load<f32>(C, 24);
  q = q * r + load<f32>(C, 28);
  q = q * r + load<f32>(C, 32);
  const p = r * r * q + r + 1;
  return reinterpret<f32>(reinterpret<u32>(p) + (reinterpret<u32>(shifted) << 23));
}
