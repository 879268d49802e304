// Operators that make one element of their result of one element of each input: with one input that is no constant they are a
// function, and of 8-bit codes a table.

import type { Node } from './model.js';

/** By `domain:opType`. */
const ELEMENTWISE = new Set(
  `:Abs :Neg :Ceil :Floor :Round :Sqrt :Exp :Log :Reciprocal :Sin :Cos :Tan :Asin :Acos :Atan :Sinh :Cosh :Asinh :Acosh
  :Atanh :Erf :Sign :Relu :LeakyRelu :PRelu :Elu :Celu :Selu :ThresholdedRelu :Sigmoid :HardSigmoid :HardSwish :Swish
  :Mish :Gelu :Tanh :Softplus :Softsign :Clip :Shrink :Add :Sub :Mul :Div :Pow :Min :Max com.microsoft:Gelu
  com.microsoft:QuickGelu`.split(/\s+/),
);

export const isElementwise = ({ domain, opType, outputs }: Node): boolean =>
  ELEMENTWISE.has(`${domain}:${opType}`) && outputs.length === 1;
