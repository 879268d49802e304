// Casts between element types.

import type { KernelExports } from '../../kernel-exports.js';
import { type ElementType, typeNumber } from './types.js';

/** out[i] = x[i] as `to`; x and out may be one where both types have the same width. */
export function castElements(
  kernels: KernelExports,
  from: ElementType,
  to: ElementType,
  x: number,
  out: number,
  length: number,
): void {
  kernels.cast_elements!(typeNumber(from), typeNumber(to), x, out, length);
}
