// Binary operators over broadcast tensors.

import type { KernelExports } from '../../kernel-exports.js';
import { type ElementType, typeNumber } from './types.js';

/** In the order of assembly/num/elementwise/binary.ts. */
const BINARY = [
  'add',
  'sub',
  'mul',
  'div',
  'mod',
  'fmod',
  'min',
  'max',
  'and',
  'or',
  'xor',
  'shiftLeft',
  'shiftRight',
  'prelu',
] as const;

export type Binary = (typeof BINARY)[number];

/** out = a op b, all of `type`.
 *  @param block - address of the walk, as wasm/kernels/execute/broadcast.ts writes it; used up by the call */
export function binaryBroadcast(
  kernels: KernelExports,
  op: Binary,
  type: ElementType,
  a: number,
  b: number,
  out: number,
  block: number,
): void {
  kernels.binary_broadcast!(BINARY.indexOf(op), typeNumber(type), a, b, out, block);
}
