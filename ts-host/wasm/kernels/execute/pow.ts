// Powers over broadcast tensors.

import type { KernelExports } from '../../kernel-exports.js';
import { type ElementType, typeNumber } from './types.js';

/** out = x ^ y, of the type of x.
 *  @param block - address of the walk, as broadcast.ts writes it; used up by the call */
export function powBroadcast(
  kernels: KernelExports,
  xType: ElementType,
  yType: ElementType,
  x: number,
  y: number,
  out: number,
  block: number,
): void {
  kernels.pow_broadcast!(typeNumber(xType), typeNumber(yType), x, y, out, block);
}
