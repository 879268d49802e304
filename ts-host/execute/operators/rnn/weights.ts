// The weights of a recurrent net as packed matrices: W [directions, gates · hidden, k] is one matrix a direction, R one or,
// where a GRU resets before the product, two. Constant ones are packed once, others when a run starts.

import type { ExecutionEngine } from '../../../wasm/execution.js';
import { gemmPackedBytes } from '../../../wasm/kernels/execute/gemm.js';
import type { Pack, Step } from '../../operator.js';
import type { Address } from '../../value.js';
import { packSteps } from '../matmul/packed.js';

/** A run of rows of a weight, to be multiplied with transposed. */
export interface Piece {
  /** First row, counted over all directions. */
  readonly row: number;
  readonly rows: number;
}

export interface PackedWeight {
  readonly byteLength: number;
  /** Byte offsets of the packed pieces. */
  readonly offsets: readonly number[];
  fill(from: Address, to: Address): Step[];
  asPack(input: number): Pack;
}

/** @param k - columns of the weight: the depth of its products */
export function packedWeight(engine: ExecutionEngine, pieces: readonly Piece[], k: number): PackedWeight {
  const { kernels } = engine;
  const offsets: number[] = [];
  let byteLength = 0;
  for (const { rows } of pieces) {
    offsets.push(byteLength);
    byteLength += Math.ceil(gemmPackedBytes(kernels, rows, k) / 64) * 64;
  }
  const transposed = { rowStride: 1, columnStride: k };
  const fill = (from: Address, to: Address): Step[] =>
    pieces.flatMap(({ row, rows }, i) =>
      packSteps(engine, from + 4 * row * k, transposed, to + offsets[i]!, rows, k),
    );
  const key = `recurrent ${k}: ${pieces.map(({ row, rows }) => `${row}+${rows}`).join(' ')}`;
  return { byteLength, offsets, fill, asPack: (input) => ({ input, key, byteLength, fill }) };
}
