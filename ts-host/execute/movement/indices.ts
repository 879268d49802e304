// What operators that take indices share: their types, how long work is cut, and what is said about a bad index.

import { type IndexList, readIndex } from '../../wasm/kernels/execute/gather.js';
import type { NodeContext } from '../node.js';
import { type Address, describeType, type TensorType } from '../value.js';
import { STEP_ELEMENTS } from './copy.js';

/** The type of an index input.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` unless int32 or int64 */
export function indexInput(node: NodeContext, index: number): TensorType {
  node.requireDType(index, 'int64', 'int32');
  return node.input(index);
}

export function indexList({ dtype }: TensorType, address: Address): IndexList {
  return { address, wide: dtype === 'int64' };
}

/** Says which index is outside its dim, if the kernel's answer tells of one.
 *  @param answer - 0, or 1 + the position in `list`
 *  @param lengths - of the dims that the indices go to in turn
 *  @throws OctavoError `INVALID_ARGUMENT` */
export function requireInside(
  node: NodeContext,
  answer: number,
  list: IndexList,
  lengths: readonly number[],
): void {
  if (answer === 0) return;
  const value = readIndex(node.engine, list, answer - 1);
  const length = lengths[(answer - 1) % lengths.length]!;
  node.fail(`index ${value} is outside [-${length}, ${length})`, 'INVALID_ARGUMENT');
}

/** [0, count) in stretches of as many as make a step, when each one is `size` elements. */
export function stretches(count: number, size: number): { start: number; count: number }[] {
  const most = Math.max(1, Math.floor(STEP_ELEMENTS / Math.max(1, size)));
  const found: { start: number; count: number }[] = [];
  for (let start = 0; start < count; start += most) {
    found.push({ start, count: Math.min(most, count - start) });
  }
  return found;
}

/** The index tensor has the input's rank, and is nowhere longer but on the axis. */
export function requireWithin(node: NodeContext, axis: number): void {
  const [input, indices] = [node.input(0), node.input(1)];
  const fits =
    indices.dims.length === input.dims.length &&
    indices.dims.every((dim, d) => d === axis || dim <= input.dims[d]!);
  if (!fits) node.fail(`indices ${describeType(indices)} do not fit ${describeType(input)} on axis ${axis}`);
}
