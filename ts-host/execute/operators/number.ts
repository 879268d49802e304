// A number that a step writes into scratch memory, to be an operand of a kernel.

import type { ExecutionEngine } from '../../wasm/execution.js';
import { castElements } from '../../wasm/kernels/execute/cast.js';
import { writeInts } from '../../wasm/kernels/execute/ints.js';
import type { ElementType } from '../../wasm/kernels/execute/types.js';
import type { Address } from '../value.js';

/** Scratch bytes of a number, with room for its making. */
export const numberBytes = 16;

/** Writes `number` as an element of `type` at `address` (4-byte aligned). Integers lie within ±2^31. */
export function writeNumber(
  engine: ExecutionEngine,
  type: ElementType,
  address: Address,
  number: number,
): void {
  const isWhole = Number.isInteger(number);
  const [bits] = isWhole ? [number] : new Int32Array(Float32Array.of(number).buffer);
  writeInts(engine, address + 8, [bits!]);
  castElements(engine.kernels, isWhole ? 'int32' : 'float32', type, address + 8, address, 1);
}
