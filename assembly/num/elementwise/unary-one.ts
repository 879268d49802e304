// A unary operator known only at run time, on one element.

import { unary, Unary } from './unary';

/** `op` of x, below Sin. */
export function unaryOne<V>(op: i32, x: V, a: V, b: V, c: V): V {
  switch (op) {
    case Unary.Abs: return unary<V>(Unary.Abs, x, a, b, c);
    case Unary.Neg: return unary<V>(Unary.Neg, x, a, b, c);
    case Unary.Ceil: return unary<V>(Unary.Ceil, x, a, b, c);
    case Unary.Floor: return unary<V>(Unary.Floor, x, a, b, c);
    case Unary.Round: return unary<V>(Unary.Round, x, a, b, c);
    case Unary.Sqrt: return unary<V>(Unary.Sqrt, x, a, b, c);
    case Unary.Reciprocal: return unary<V>(Unary.Reciprocal, x, a, b, c);
    case Unary.Relu: return unary<V>(Unary.Relu, x, a, b, c);
    case Unary.LeakyRelu: return unary<V>(Unary.LeakyRelu, x, a, b, c);
    case Unary.Divide: return unary<V>(Unary.Divide, x, a, b, c);
    case Unary.Exp: return unary<V>(Unary.Exp, x, a, b, c);
    case Unary.Log: return unary<V>(Unary.Log, x, a, b, c);
    case Unary.Tanh: return unary<V>(Unary.Tanh, x, a, b, c);
    case Unary.Sigmoid: return unary<V>(Unary.Sigmoid, x, a, b, c);
    case Unary.Erf: return unary<V>(Unary.Erf, x, a, b, c);
    case Unary.Sign: return unary<V>(Unary.Sign, x, a, b, c);
    case Unary.Elu: return unary<V>(Unary.Elu, x, a, b, c);
    case Unary.Threshold: return unary<V>(Unary.Threshold, x, a, b, c);
    case Unary.HardSigmoid: return unary<V>(Unary.HardSigmoid, x, a, b, c);
    case Unary.HardSwish: return unary<V>(Unary.HardSwish, x, a, b, c);
    case Unary.Swish: return unary<V>(Unary.Swish, x, a, b, c);
    case Unary.Mish: return unary<V>(Unary.Mish, x, a, b, c);
    case Unary.Gelu: return unary<V>(Unary.Gelu, x, a, b, c);
    case Unary.GeluTanh: return unary<V>(Unary.GeluTanh, x, a, b, c);
    case Unary.Softplus: return unary<V>(Unary.Softplus, x, a, b, c);
    case Unary.Softsign: return unary<V>(Unary.Softsign, x, a, b, c);
    case Unary.Clip: return unary<V>(Unary.Clip, x, a, b, c);
    default: return unary<V>(Unary.Shrink, x, a, b, c);
  }
}
