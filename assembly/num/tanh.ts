// tanh x at any width (wide.ts), within 1.5 units in the last place of float32 over all floats. float64:
// f64/hyperbolic.ts.
//
//   |x| < 0.625: x + x³ · P(x²), P of degree 4, 2^-27.7 from the truth (fitted by Remez' exchange)
//   else:        1 − 2 / (e^(2|x|) + 1);   both with the sign of x

import { exp } from './exp';
import { tanh64 } from './f64/hyperbolic';
import { add, constant, div, ifLess, magnitude, mul, polynomial, sub, withSign } from './wide';

const T: usize = memory.data<f32>([
  -0.333332896, 0.133316100, -0.0537516922, 0.0206736587, -0.00573990168, // 0: P
  0.625, 1.0, 2.0, // 20, 24, 28
]);

/** −0 and NaN stay. */
@inline
export function tanh<V>(x: V): V {
  if (isVector<V>() || sizeof<V>() == 4) return tanh32<V>(x);
  else return <V>tanh64(<f64>x);
}

@inline
function tanh32<V>(x: V): V {
  const size = magnitude<V>(x);
  const z = mul<V>(x, x);
  const small = add<V>(x, mul<V>(mul<V>(x, z), polynomial<V>(z, T, 4)));
  const e = exp<V>(add<V>(size, size));
  const large = sub<V>(constant<V>(T + 24), div<V>(constant<V>(T + 28), add<V>(e, constant<V>(T + 24))));
  // −0 + 0 is 0: the sign of x is given back to both.
  return withSign<V>(ifLess<V>(size, constant<V>(T + 20), small, large), x);
}
