// Comparisons over broadcast tensors.

import type { KernelExports } from '../../kernel-exports.js';
import { type ElementType, typeNumber } from './types.js';

/** In the order of assembly/num/elementwise/compare.ts. */
const COMPARE = ['equal', 'notEqual', 'less', 'lessOrEqual', 'equalMagnitude'] as const;

export type Compare = (typeof COMPARE)[number];

/** out = 1 where a op b, else 0, a byte an element; both of `type`.
 *  @param block - address of the walk, as broadcast.ts writes it; used up by the call */
export function compareBroadcast(
  kernels: KernelExports,
  op: Compare,
  type: ElementType,
  a: number,
  b: number,
  out: number,
  block: number,
): void {
  kernels.compare_broadcast!(COMPARE.indexOf(op), typeNumber(type), a, b, out, block);
}
