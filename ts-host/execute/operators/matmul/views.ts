// Tensors as stacks of matrices: which dim is rows, which columns, and how the batch dims of two of them broadcast.

import { stridesOf } from '../../movement/copy.js';
import type { NodeContext } from '../../node.js';
import { describeType, type TensorType } from '../../value.js';
import type { MatrixView } from './operands.js';

/** A stack of matrices: its batch dims, and the sizes and strides of its matrices. */
export interface Stack extends MatrixView {
  readonly batch: readonly number[];
  readonly rows: number;
  readonly columns: number;
}

export interface Transposes {
  /** Swaps rows and columns. */
  readonly matrix?: boolean;
  /** The first dim takes the place of rows, the dims behind it move to the front: [m, b1, b2, k] is [b1, b2, m, k]. */
  readonly batch?: boolean;
}

/** A tensor of two dims or more. */
export function stackOf(dims: readonly number[], transposes: Transposes = {}): Stack {
  const order = dims.map((_, dim) => dim);
  const last = order.pop()!;
  const row = transposes.batch ? order.shift()! : order.pop()!;
  const [rows, columns] = transposes.matrix ? [last, row] : [row, last];
  const strides = stridesOf(dims);
  return {
    batch: order.map((dim) => dims[dim]!),
    batchStrides: order.map((dim) => strides[dim]!),
    rows: dims[rows]!,
    columns: dims[columns]!,
    rowStride: strides[rows]!,
    columnStride: strides[columns]!,
  };
}

/** The batch dims of a product: those of both operands, aligned at the right, 1 stretched. */
export function broadcastBatch(
  node: NodeContext,
  a: Stack,
  b: Stack,
): { batch: number[]; a: MatrixView; b: MatrixView } {
  const rank = Math.max(a.batch.length, b.batch.length);
  const left = padded(a, rank);
  const right = padded(b, rank);
  const batch = left.sizes.map((size, dim) => {
    const other = right.sizes[dim]!;
    if (size === other || other === 1) return size;
    if (size === 1) return other;
    return node.fail(`batch dims [${a.batch.join(', ')}] and [${b.batch.join(', ')}] do not broadcast`);
  });
  return { batch, a: { ...a, batchStrides: left.strides }, b: { ...b, batchStrides: right.strides } };
}

function padded({ batch, batchStrides }: Stack, rank: number): { sizes: number[]; strides: number[] } {
  const missing = Array.from({ length: rank - batch.length });
  return {
    sizes: [...missing.map(() => 1), ...batch],
    strides: [...missing.map(() => 0), ...batch.map((size, dim) => (size === 1 ? 0 : batchStrides[dim]!))],
  };
}

/** @throws OctavoError unless the columns of `a` are as many as the rows of `b` */
export function requireEqualDepth(node: NodeContext, a: Stack, b: Stack, types: readonly TensorType[]): void {
  if (a.columns === b.rows) return;
  const [left, right] = types.map(describeType);
  node.fail(`${left} and ${right} do not multiply: ${a.columns} columns meet ${b.rows} rows`);
}
