// NonZero: the places of elements that are not zero, as columns of an int64 matrix, in the order of the tensor. How many
// there are only the data tells, so it is evaluated.

import { isFloat } from '../../ir/dtype.js';
import {
  countNonzero,
  placesScratchBytes,
  startPlaces,
  writePlaces,
} from '../../wasm/kernels/execute/patterns.js';
import { stridesOf, widthOf } from '../movement/copy.js';
import { stretches } from '../movement/indices.js';
import type { EvaluationContext, Operator } from '../operator.js';
import { sizeOf } from '../value.js';

/** A scalar counts as a vector of one element. */
async function nonzero(node: EvaluationContext): Promise<void> {
  const input = node.value(0);
  if (input.kind !== 'tensor') return node.fail('needs a tensor', 'UNSUPPORTED_DTYPE');
  const { engine } = node;
  const width = widthOf(node, input.dtype);
  const dims = input.dims.length === 0 ? [1] : input.dims;
  const parts = stretches(sizeOf(input), 1);
  const float = isFloat(input.dtype);
  let columns = 0;
  for (const { start, count } of parts) {
    columns += countNonzero(engine, input.address + start * width, count, width, float);
    await node.breathe();
  }
  const rank = dims.length;
  const out = node.allocate(0, { dtype: 'int64', dims: [rank, columns] });
  let column = 0;
  for (const { start, count } of parts) {
    column = node.scratch(placesScratchBytes(rank), (scratch) => {
      startPlaces(engine, scratch, dims, placeOf(start, dims));
      const x = input.address + start * width;
      return writePlaces(engine, scratch, rank, x, count, width, float, out, columns, column);
    });
    await node.breathe();
  }
}

/** Indices of element `at` of a tensor. */
function placeOf(at: number, dims: readonly number[]): number[] {
  return stridesOf(dims).map((stride, d) => Math.floor(at / stride) % dims[d]!);
}

export const NONZEROS: readonly Operator[] = [
  { opType: 'NonZero', domain: '', acceptsHalf: true, evaluate: nonzero },
];
