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
] as const;

export type Unary = (typeof UNARY)[number];

/** out[i] = op(x[i]); x and out may be one. `parameters`: as the formula's a, b, c. */
export function unaryF32(
  kernels: KernelExports,
  op: Unary,
  x: number,
  out: number,
  length: number,
  parameters: readonly number[] = [],
): void {
  const [a = 0, b = 0, c = 0] = parameters;
  kernels.unary_f32!(UNARY.indexOf(op), x, out, length, a, b, c);
}
