// Unary operators of floats, at any width (num/wide.ts). a, b, c are their parameters. NaN stays NaN, but in Threshold and
// Shrink it is 0, as in onnxruntime.

import { erf } from '../erf';
import { exp, expm1 } from '../exp';
import { ln, softplus } from '../ln';
import { sigmoid } from '../sigmoid';
import { tanh } from '../tanh';
import {
  add, ceiling, div, floored, ifEqual, ifLess, literal, magnitude, mul, negative, pmax, pmin, root, roundEven, sub,
} from '../wide';

export const enum Unary {
  Abs,
  Neg,
  Ceil,
  Floor,
  Round,
  Sqrt,
  Reciprocal,
  /** max(x, 0); −0 stays. */
  Relu,
  /** x < 0 ? a·x : x */
  LeakyRelu,
  /** x / a */
  Divide,
  Exp,
  Log,
  Tanh,
  Sigmoid,
  Erf,
  /** −1, 0 or 1. */
  Sign,
  /** x > 0 ? a·x : b·(e^(x / c) − 1): Elu, Celu and Selu */
  Elu,
  /** x > a ? x : 0 */
  Threshold,
  /** max(0, min(1, a·x + b)) */
  HardSigmoid,
  /** x · max(0, min(1, a·x + b)) */
  HardSwish,
  /** x · sigmoid(a·x) */
  Swish,
  /** x · tanh(softplus x) */
  Mish,
  /** x/2 · (1 + erf(x/√2)) */
  Gelu,
  /** x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))) */
  GeluTanh,
  Softplus,
  /** x / (1 + |x|) */
  Softsign,
  /** min(max(x, a), b) */
  Clip,
  /** x < −a ? x + b : x > a ? x − b : 0 */
  Shrink,
  /** From here on computed by {@link rare} in float64, whatever the width. */
  Sin,
  Cos,
  Tan,
  Asin,
  Acos,
  Atan,
  Sinh,
  Cosh,
  Asinh,
  Acosh,
  Atanh,
}

/** `op` of x; `op` is a constant where this is inlined, and below Sin. */
@inline
export function unary<V>(op: i32, x: V, a: V, b: V, c: V): V {
  if (op == Unary.Abs) return magnitude<V>(x);
  if (op == Unary.Neg) return negative<V>(x);
  if (op == Unary.Ceil) return ceiling<V>(x);
  if (op == Unary.Floor) return floored<V>(x);
  if (op == Unary.Round) return roundEven<V>(x);
  if (op == Unary.Sqrt) return root<V>(x);
  if (op == Unary.Reciprocal) return div<V>(literal<V>(1), x);
  if (op == Unary.Divide) return div<V>(x, a);
  if (op == Unary.Exp) return exp<V>(x);
  if (op == Unary.Log) return ln<V>(x);
  if (op == Unary.Tanh) return tanh<V>(x);
  if (op == Unary.Sigmoid) return sigmoid<V>(x);
  if (op == Unary.Erf) return erf<V>(x);
  if (op == Unary.Sign) return sign<V>(x);
  if (op == Unary.Softplus) return softplus<V>(x);
  if (op == Unary.Softsign) return div<V>(x, add<V>(literal<V>(1), magnitude<V>(x)));
  return activation<V>(op, x, a, b, c);
}

@inline
function activation<V>(op: i32, x: V, a: V, b: V, c: V): V {
  const zero = literal<V>(0);
  if (op == Unary.Relu) return pmax<V>(x, zero);
  if (op == Unary.LeakyRelu) return ifLess<V>(x, zero, mul<V>(a, x), x);
  if (op == Unary.Elu) return ifLess<V>(zero, x, mul<V>(a, x), mul<V>(b, expm1<V>(div<V>(x, c))));
  if (op == Unary.Threshold) return ifLess<V>(a, x, x, zero);
  if (op == Unary.HardSigmoid) return hardSigmoid<V>(x, a, b);
  if (op == Unary.HardSwish) return mul<V>(x, hardSigmoid<V>(x, a, b));
  if (op == Unary.Swish) return mul<V>(x, sigmoid<V>(mul<V>(a, x)));
  if (op == Unary.Mish) return mish<V>(x);
  if (op == Unary.Gelu) return gelu<V>(x);
  if (op == Unary.GeluTanh) return geluTanh<V>(x);
  if (op == Unary.Clip) return pmin<V>(pmax<V>(x, a), b);
  return ifLess<V>(x, negative<V>(a), add<V>(x, b), ifLess<V>(a, x, sub<V>(x, b), zero));
}

/** −0 gives 0; NaN stays. */
@inline
function sign<V>(x: V): V {
  const zero = literal<V>(0);
  return ifLess<V>(zero, x, literal<V>(1), ifLess<V>(x, zero, literal<V>(-1), add<V>(x, zero)));
}

@inline
function hardSigmoid<V>(x: V, a: V, b: V): V {
  return pmax<V>(pmin<V>(add<V>(mul<V>(a, x), b), literal<V>(1)), literal<V>(0));
}

/** With n = e^x (e^x + 2): tanh(ln(1 + e^x)) = n / (n + 2). From 20 on that is 1. */
@inline
function mish<V>(x: V): V {
  const e = exp<V>(pmin<V>(x, literal<V>(20)));
  const n = mul<V>(e, add<V>(e, literal<V>(2)));
  return mul<V>(x, div<V>(n, add<V>(n, literal<V>(2))));
}

@inline
function gelu<V>(x: V): V {
  const half = mul<V>(literal<V>(0.5), x);
  return mul<V>(half, add<V>(literal<V>(1), erf<V>(mul<V>(x, literal<V>(0.7071067811865476)))));
}

/** As x · sigmoid(2u), u the argument of tanh: nothing cancels. */
@inline
function geluTanh<V>(x: V): V {
  const cube = mul<V>(mul<V>(x, x), literal<V>(0.07135481627260025));
  return mul<V>(x, sigmoid<V>(mul<V>(x, add<V>(literal<V>(1.5957691216057308), cube))));
}
