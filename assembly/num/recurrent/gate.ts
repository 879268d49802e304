// The activations a recurrent cell may have, at any width. Chosen at run time, for each vector anew: a branch that is
// always taken the same way, small beside an exponential.

import { expm1 } from '../exp';
import { softplus } from '../ln';
import { sigmoid } from '../sigmoid';
import { tanh } from '../tanh';
import { add, constant, div, ifLess, literal, magnitude, maximum, minimum, mul, pmax } from '../wide';

export const enum Gate {
  Sigmoid,
  Tanh,
  Relu,
  LeakyRelu,
  ThresholdedRelu,
  Affine,
  ScaledTanh,
  HardSigmoid,
  Elu,
  Softsign,
  Softplus,
}

/** The activation at `ptr`: kind, alpha, beta. */
export function activate<V>(ptr: usize, x: V): V {
  const kind = load<i32>(ptr);
  const alpha = constant<V>(ptr + 4);
  const beta = constant<V>(ptr + 8);
  switch (kind) {
    case Gate.Sigmoid: return logistic<V>(x);
    case Gate.Tanh: return hyperbolic<V>(x);
    case Gate.Relu: return pmax<V>(x, literal<V>(0));
    case Gate.LeakyRelu: return ifLess<V>(x, literal<V>(0), mul<V>(alpha, x), x);
    case Gate.ThresholdedRelu: return ifLess<V>(alpha, x, x, literal<V>(0));
    case Gate.Affine: return add<V>(mul<V>(alpha, x), beta);
    case Gate.ScaledTanh: return mul<V>(alpha, hyperbolic<V>(mul<V>(beta, x)));
    case Gate.HardSigmoid: return maximum<V>(literal<V>(0), minimum<V>(literal<V>(1), add<V>(mul<V>(alpha, x), beta)));
    case Gate.Elu: return ifLess<V>(x, literal<V>(0), mul<V>(alpha, expm1<V>(x)), x);
    case Gate.Softsign: return div<V>(x, add<V>(literal<V>(1), magnitude<V>(x)));
    default: return softplus<V>(x);
  }
}

// Functions of their own, so that each formula is compiled once a width.
function logistic<V>(x: V): V {
  return sigmoid<V>(x);
}

function hyperbolic<V>(x: V): V {
  return tanh<V>(x);
}
