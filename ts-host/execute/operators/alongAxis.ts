// Pieces of a tensor along one axis, moved in and out of it:
//
//   whole  [outer, total, inner]      piece  [outer, length, inner] = whole[:, at : at + length, :]

import { DTYPE_BITS, type DType } from '../../ir/dtype.js';
import { copyScratchBytes, copyStrided, type Width } from '../../wasm/kernels/execute/copy.js';
import type { NodeContext } from '../node.js';
import type { EvaluationContext } from '../operator.js';
import type { Address } from '../value.js';

export interface Piece {
  readonly outer: number;
  readonly inner: number;
  readonly total: number;
  readonly at: number;
  readonly length: number;
}

/** Bytes of an element that can be moved.
 *  @throws OctavoError `UNSUPPORTED_DTYPE` */
export function widthOf(node: NodeContext, dtype: DType): Width {
  const width = DTYPE_BITS[dtype] / 8;
  if (width === 1 || width === 2 || width === 4 || width === 8) return width;
  return node.fail(`${node.node.opType} of ${dtype} is not supported`, 'UNSUPPORTED_DTYPE');
}

/** whole[:, at …, :] = piece */
export function placePiece(
  node: EvaluationContext,
  dtype: DType,
  piece: Piece,
  from: Address,
  whole: Address,
): void {
  const width = widthOf(node, dtype);
  const { outer, inner, total, at, length } = piece;
  const [small, large] = [length * inner * width, total * inner * width];
  copyRows(node, width, outer, length * inner, [from, small], [whole + at * inner * width, large]);
}

/** piece = whole[:, at …, :] */
export function takePiece(
  node: EvaluationContext,
  dtype: DType,
  piece: Piece,
  whole: Address,
  to: Address,
): void {
  const width = widthOf(node, dtype);
  const { outer, inner, total, at, length } = piece;
  const [small, large] = [length * inner * width, total * inner * width];
  copyRows(node, width, outer, length * inner, [whole + at * inner * width, large], [to, small]);
}

type Rows = readonly [address: Address, stride: number];

function copyRows(
  node: EvaluationContext,
  width: Width,
  rows: number,
  count: number,
  [source, from]: Rows,
  [target, to]: Rows,
): void {
  if (rows * count === 0) return;
  const loops = [
    { count: rows, from, to },
    { count, from: width, to: width },
  ];
  node.scratch(copyScratchBytes(width, loops), (scratch) => {
    copyStrided(node.engine, width, loops, source, target, scratch);
  });
}

/** Product of dims. */
export function productOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}
