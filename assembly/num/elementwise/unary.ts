// Unary operators of floats, at any width (num/wide.ts). a, b, c are their parameters.

import { div, ifLess, literal, magnitude, mul, negative, pmax, root, roundEven } from '../wide';

export const enum Unary {
  Abs,
  Neg,
  Ceil,
  Floor,
  Round,
  Sqrt,
  Reciprocal,
  /** max(x, 0); NaN and −0 stay */
  Relu,
  /** x < 0 ? a·x : x */
  LeakyRelu,
  /** x / a */
  Divide,
}

/** `op` of x; `op` is a constant where this is inlined. */
@inline
export function unary<V>(op: i32, x: V, a: V, b: V, c: V): V {
  if (op == Unary.Abs) return magnitude<V>(x);
  if (op == Unary.Neg) return negative<V>(x);
  if (op == Unary.Ceil) return roundUp<V>(x);
  if (op == Unary.Floor) return roundDown<V>(x);
  if (op == Unary.Round) return roundEven<V>(x);
  if (op == Unary.Sqrt) return root<V>(x);
  if (op == Unary.Reciprocal) return div<V>(literal<V>(1), x);
  if (op == Unary.Relu) return pmax<V>(x, literal<V>(0));
  if (op == Unary.LeakyRelu) return ifLess<V>(x, literal<V>(0), mul<V>(a, x), x);
  return div<V>(x, a);
}

@inline
function roundUp<V>(x: V): V {
  if (isVector<V>()) return f32x4.ceil(x);
  else return ceil<V>(x);
}

@inline
function roundDown<V>(x: V): V {
  if (isVector<V>()) return f32x4.floor(x);
  else return floor<V>(x);
}
