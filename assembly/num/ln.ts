// ln x and ln(1 + e^x) at any width (wide.ts). Bounds in units in the last place of float32, over all floats: ln 1.0,
// softplus 2.0. float64: f64/ln.ts.
//
//   x = 2^k · (1 + f), 1 + f in [√½, √2);  s = f / (2 + f),  z = s²
//   ln(1 + f) = f − (f²/2 − s · (f²/2 + z · R(z))),  R of degree 2, 2^-30 from the truth (fitted by Remez' exchange)

import { exp } from './exp';
import { ln64, log1p64 } from './f64/ln';
import { add, constant, div, ifEqual, ifLess, literal, magnitude, mul, negative, pmax, polynomial, sub } from './wide';

const T: usize = memory.data<f32>([
  0.666667700, 0.399781495, 0.298583031, // 0: R
  0.693359375, // 12: ln 2, the upper 9 bits: k · it is exact
  -0.00021219444, // 16: ln 2, the rest
  1.17549435e-38, // 20: the smallest normal float
  8388608.0, // 24: 2^23
  1.0, 2.0, 0.5, // 28, 32, 36
]);

/** Bits of √½, from which exponents are counted. */
const ROOT_HALF: i32 = 0x3f3504f3;

/** ln x; −Infinity for ±0, NaN for negative numbers and NaN. */
@inline
export function ln<V>(x: V): V {
  if (isVector<V>() || sizeof<V>() == 4) return ln32<V>(x);
  else return <V>ln64(<f64>x);
}

/** ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|). */
@inline
export function softplus<V>(x: V): V {
  const e = exp<V>(negative<V>(magnitude<V>(x)));
  return add<V>(pmax<V>(x, literal<V>(0)), log1pOfUnit<V>(e));
}

/** ln(1 + e), 0 <= e <= 1. */
@inline
function log1pOfUnit<V>(e: V): V {
  if (isVector<V>() || sizeof<V>() == 4) {
    const sum = add<V>(e, constant<V>(T + 28));
    // What the sum lost, as a share of it.
    const lost = div<V>(sub<V>(e, sub<V>(sum, constant<V>(T + 28))), sum);
    return add<V>(ln32<V>(sum), lost);
  } else return <V>log1p64(<f64>e);
}

@inline
function ln32<V>(x: V): V {
  const raised = ifLess<V>(x, constant<V>(T + 20), mul<V>(x, constant<V>(T + 24)), x);
  const down = ifLess<V>(x, constant<V>(T + 20), literal<V>(23), literal<V>(0));
  const k = sub<V>(exponent<V>(raised), down);
  const f = sub<V>(mantissa<V>(raised), constant<V>(T + 28));
  const s = div<V>(f, add<V>(f, constant<V>(T + 32)));
  const z = mul<V>(s, s);
  const half = mul<V>(mul<V>(f, f), constant<V>(T + 36));
  const tail = mul<V>(s, add<V>(half, mul<V>(z, polynomial<V>(z, T, 2))));
  const low = sub<V>(half, add<V>(tail, mul<V>(k, constant<V>(T + 16))));
  return special<V>(x, add<V>(mul<V>(k, constant<V>(T + 12)), sub<V>(f, low)));
}

/** ln of what has no finite one; else `y`. */
@inline
function special<V>(x: V, y: V): V {
  const zero = literal<V>(0);
  const infinity = literal<V>(Infinity);
  const positive = ifLess<V>(zero, x, ifEqual<V>(x, infinity, infinity, y), literal<V>(NaN));
  return ifEqual<V>(x, zero, negative<V>(infinity), positive);
}

/** k of x = 2^k · m, m in [√½, √2). */
@inline
function exponent<V>(x: V): V {
  if (isVector<V>()) return f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.sub(x, i32x4.splat(ROOT_HALF)), 23));
  else return <V><f32>((reinterpret<i32>(<f32>x) - ROOT_HALF) >> 23);
}

/** m of the same. */
@inline
function mantissa<V>(x: V): V {
  if (isVector<V>()) {
    const above = i32x4.sub(x, i32x4.splat(ROOT_HALF));
    return i32x4.add(v128.and(above, i32x4.splat(0x007fffff)), i32x4.splat(ROOT_HALF));
  } else {
    const above = reinterpret<i32>(<f32>x) - ROOT_HALF;
    return <V>reinterpret<f32>((above & 0x007fffff) + ROOT_HALF);
  }
}
