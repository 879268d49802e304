// e^x and e^x − 1 at any width (wide.ts). Bounds in units in the last place of float32, over all floats:
// exp 1.0, expm1 1.3. float64: f64/exp.ts.
//
//   n = nearest(x · log2 e),  r = x − n · ln 2,  |r| <= 0.347
//   q = e^r − 1 = r + r² · P(r),  P of degree 4, 2^-28 from the truth (fitted by Remez' exchange)
//   e^x = 2^n · (1 + q)        e^x − 1 = 2^n · q + (2^n − 1)

import { exp64, expm164 } from './f64/exp';
import { add, constant, mul, pmax, pmin, polynomial, sub } from './wide';

const T: usize = memory.data<f32>([
  -104.0, // 0: e^x is below half the smallest float
  89.0, // 4: e^x is above the largest
  1.44269502, // 8: log2 e
  12582912.0, // 12: 1.5 · 2^23: added to a small number, its integer part is in the low bits
  0.693359375, // 16: ln 2, the upper 9 bits: n · it is exact
  -0.00021219444, // 20: ln 2, the rest
  0.499999940, 0.166665152, 0.0416680872, 0.00836929772, 0.00138382823, // 24: P
  1.0, // 44
  -20.0, // 48: e^x − 1 is −1
  0.5, // 52
  2.0, // 56
]);

/** e^x; NaN stays. */
@inline
export function exp<V>(x: V): V {
  if (isVector<V>() || sizeof<V>() == 4) return exp32<V>(x);
  else return <V>exp64(<f64>x);
}

/** e^x − 1, accurate near 0, −0 becomes 0; NaN stays. */
@inline
export function expm1<V>(x: V): V {
  if (isVector<V>() || sizeof<V>() == 4) return expm132<V>(x);
  else return <V>expm164(<f64>x);
}

@inline
function exp32<V>(x: V): V {
  const within = pmin<V>(pmax<V>(x, constant<V>(T)), constant<V>(T + 4));
  const shifted = add<V>(mul<V>(within, constant<V>(T + 8)), constant<V>(T + 12));
  const q = expm1OfRest<V>(within, sub<V>(shifted, constant<V>(T + 12)));
  // In two steps, so that subnormals are rounded once and 2^128 is no infinity before its time.
  return mul<V>(mul<V>(add<V>(constant<V>(T + 44), q), lowerPower<V>(shifted)), upperPower<V>(shifted));
}

/** With 2^(n−1): n is at most 128. */
@inline
function expm132<V>(x: V): V {
  const within = pmin<V>(pmax<V>(x, constant<V>(T + 48)), constant<V>(T + 4));
  const shifted = add<V>(mul<V>(within, constant<V>(T + 8)), constant<V>(T + 12));
  const q = expm1OfRest<V>(within, sub<V>(shifted, constant<V>(T + 12)));
  const half = powerBefore<V>(shifted);
  return mul<V>(add<V>(mul<V>(half, q), sub<V>(half, constant<V>(T + 52))), constant<V>(T + 56));
}

/** e^(x − n · ln 2) − 1. */
@inline
function expm1OfRest<V>(x: V, n: V): V {
  const r = sub<V>(sub<V>(x, mul<V>(n, constant<V>(T + 16))), mul<V>(n, constant<V>(T + 20)));
  return add<V>(r, mul<V>(mul<V>(r, r), polynomial<V>(r, T + 24, 4)));
}

const MAGIC_BITS: i32 = 0x4b400000;
const ONE_BITS: i32 = 0x3f800000;

/** 2^(n >> 1) of n + MAGIC. */
@inline
function lowerPower<V>(shifted: V): V {
  if (isVector<V>()) {
    const n = i32x4.shr_s(i32x4.sub(shifted, i32x4.splat(MAGIC_BITS)), 1);
    return i32x4.add(i32x4.shl(n, 23), i32x4.splat(ONE_BITS));
  } else {
    const n = (reinterpret<i32>(<f32>shifted) - MAGIC_BITS) >> 1;
    return <V>reinterpret<f32>((n << 23) + ONE_BITS);
  }
}

/** 2^(n − (n >> 1)) of n + MAGIC. */
@inline
function upperPower<V>(shifted: V): V {
  if (isVector<V>()) {
    const n = i32x4.sub(shifted, i32x4.splat(MAGIC_BITS));
    return i32x4.add(i32x4.shl(i32x4.sub(n, i32x4.shr_s(n, 1)), 23), i32x4.splat(ONE_BITS));
  } else {
    const n = reinterpret<i32>(<f32>shifted) - MAGIC_BITS;
    return <V>reinterpret<f32>(((n - (n >> 1)) << 23) + ONE_BITS);
  }
}

/** 2^(n − 1) of n + MAGIC, for n >= −125. */
@inline
function powerBefore<V>(shifted: V): V {
  if (isVector<V>()) return i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(ONE_BITS - (1 << 23)));
  else return <V>reinterpret<f32>((reinterpret<i32>(<f32>shifted) << 23) + (ONE_BITS - (1 << 23)));
}
