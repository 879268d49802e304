// The choice between two broadcast tensors.

import type { KernelExports } from '../../kernel-exports.js';

/** out = condition ? x : y, elements of `bytes` bytes (1, 2, 4, 8), conditions one each.
 *  @param block - address of the walk, as broadcast.ts writes it; used up by the call */
export function whereBroadcast(
  kernels: KernelExports,
  bytes: number,
  condition: number,
  x: number,
  y: number,
  out: number,
  block: number,
): void {
  kernels.where_broadcast!(31 - Math.clz32(bytes), condition, x, y, out, block);
}
