// The error function at any width (wide.ts), within 1.5 units in the last place of float32 over all floats. float64:
// f64/erf.ts.
//
//   |x| < 1: x + x · P(x²), P of degree 6, 2^-29.4 from the truth
//   else:    1 − e^−Q(|x|), with the sign of x; Q ≈ −ln erfc of degree 6; beyond 3.95 that rounds to 1
//   (both fitted by Remez' exchange)

import { erf64 } from './f64/erf';
import { exp } from './exp';
import { add, constant, ifLess, magnitude, mul, negative, pmin, polynomial, sub, withSign } from './wide';

const T: usize = memory.data<f32>([
  0.128379166, -0.376126260, 0.112835787, -0.0268533472, 0.00518716220, -0.000799785310, 0.0000780690389, // 0: P
  0.000177496535, 1.12774956, 0.637059748, 0.104037352, -0.0222770609, 0.00305558788, -0.000197177229, // 28: Q
  1.0, 3.95, // 56, 60
]);

/** −0 and NaN stay. */
@inline
export function erf<V>(x: V): V {
  if (isVector<V>() || sizeof<V>() == 4) return erf32<V>(x);
  else return <V>erf64(<f64>x);
}

@inline
function erf32<V>(x: V): V {
  const size = magnitude<V>(x);
  const small = add<V>(x, mul<V>(x, polynomial<V>(mul<V>(x, x), T, 6)));
  const within = pmin<V>(size, constant<V>(T + 60));
  const complement = exp<V>(negative<V>(polynomial<V>(within, T + 28, 6)));
  return ifLess<V>(size, constant<V>(T + 56), small, withSign<V>(sub<V>(constant<V>(T + 56), complement), x));
}
