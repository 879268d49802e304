// 1 / (1 + e^−x) at any width (wide.ts), within 2.5 units in the last place over all floats, subnormal ones too:
//
//   e = e^−|x|;   x >= 0: 1 / (1 + e)     x < 0: e / (1 + e)

import { exp } from './exp';
import { add, div, ifLess, literal, magnitude, negative } from './wide';

/** NaN stays. */
@inline
export function sigmoid<V>(x: V): V {
  const e = exp<V>(negative<V>(magnitude<V>(x)));
  const one = literal<V>(1);
  return div<V>(ifLess<V>(x, literal<V>(0), e, one), add<V>(one, e));
}
