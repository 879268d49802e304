// Unary operators of floats.

import type { KernelExports } from '../../kernel-exports.js';

/** In the order of assembly/num/elementwise/unary.ts. */
const UNARY = [
  'abs',
  'neg',
  'ceil',
  'floor',
  'round',
  'sqrt',
  'reciprocal',
  'relu',
  'leakyRelu',
  'divide',
  'exp',
  'log',
  'tanh',
  'sigmoid',
  'erf',
  'sign',
  'elu',
  'threshold',
  'hardSigmoid',
  'hardSwish',
  'swish',
  'mish',
  'gelu',
  'geluTanh',
  'softplus',
  'softsign',
  'clip',
  'shrink',
  'sin',
  'cos',
  'tan',
  'asin',
  'acos',
  'atan',
  'sinh',
  'cosh',
  'asinh',
  'acosh',
  'atanh',
] as const;

export type Unary = (typeof UNARY)[number];

/** out[i] = op(x[i]); x and out may be one. `parameters`: as the formula's a, b, c. */
export function unary(
  kernels: KernelExports,
  op: Unary,
  type: 'float32' | 'float64',
  x: number,
  out: number,
  length: number,
  parameters: readonly number[] = [],
): void {
  const [a = 0, b = 0, c = 0] = parameters;
  const kernel = type === 'float32' ? kernels.unary_f32! : kernels.unary_f64!;
  kernel(UNARY.indexOf(op), x, out, length, a, b, c);
}
