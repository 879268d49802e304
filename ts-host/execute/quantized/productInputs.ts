// The small inputs of a product of codes, checked: how zero points and a bias spread over rows and columns.

import { elementCount } from '../../ir/tensor.js';
import type { NodeContext } from '../node.js';
import { describeType, type TensorType } from '../value.js';
import { byteType } from './codes.js';
import type { MatmulShape } from './matmulShape.js';

/** Indices of the inputs of a product; an index whose input is absent is fine for zero points and bias. */
export interface ProductInputs {
  readonly a: number;
  readonly b: number;
  readonly aZeroPoint: number;
  readonly bZeroPoint: number;
  /** int32 added to the sums. */
  readonly bias?: number;
  /** A is given as [k, m], B as [n, k]. */
  readonly transposedA?: boolean;
  readonly transposedB?: boolean;
  /** A is made by the node itself: the steps are given addresses of its uint8 codes and of one zero point for these indices. */
  readonly computedA?: boolean;
}

/** What has a zero point of its own: everything, a row of A or column of B, a row or column of each matrix. */
export type ZeroPointSpread = 'one' | 'vector' | 'matrices';

export type BiasSpread = 'none' | 'one' | 'row' | 'column' | 'all';

function requireZeroPointType(node: NodeContext, operand: number, zeroPoint: number): TensorType | undefined {
  const type = node.optional(zeroPoint);
  if (type === undefined) return undefined;
  if (type.dtype !== byteType(node, operand)) {
    node.fail(`input ${operand} is ${node.input(operand).dtype}, but its zero point ${type.dtype}`);
  }
  return type;
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i]);

/** Zero points of A: one, [m] of a plain matrix, or [..., m, 1]. */
export function rowZeroPoints(node: NodeContext, { a, aZeroPoint }: ProductInputs): 'one' | 'matrices' {
  const type = requireZeroPointType(node, a, aZeroPoint);
  if (type === undefined || elementCount(type.dims) === 1) return 'one';
  const { dims } = node.input(a);
  const plain = dims.length === 2 && same(type.dims, [dims[0]!]);
  if (plain || same(type.dims, [...dims.slice(0, -1), 1])) return 'matrices';
  return node.fail(`zero points ${describeType(type)} do not fit the rows of ${describeType(node.input(a))}`);
}

/** Zero points of B: one, [n], or [..., 1, n]. */
export function columnZeroPoints(
  node: NodeContext,
  { b, bZeroPoint }: ProductInputs,
  { n }: MatmulShape,
): ZeroPointSpread {
  const type = requireZeroPointType(node, b, bZeroPoint);
  if (type === undefined || elementCount(type.dims) === 1) return 'one';
  if (same(type.dims, [n])) return 'vector';
  const { dims } = node.input(b);
  if (dims.length >= 2 && same(type.dims, [...dims.slice(0, -2), 1, n])) return 'matrices';
  return node.fail(
    `zero points ${describeType(type)} do not fit the columns of ${describeType(node.input(b))}`,
  );
}

/** A bias: one, [n] or [1, n], [m, 1], or [m, n]. */
export function biasSpread(node: NodeContext, { bias }: ProductInputs, { m, n }: MatmulShape): BiasSpread {
  if (bias === undefined || !node.has(bias)) return 'none';
  node.requireDType(bias, 'int32');
  const type = node.input(bias);
  const count = elementCount(type.dims);
  const { length } = type.dims;
  if (count === 1 && length <= 2) return 'one';
  if (same(type.dims, [n]) || same(type.dims, [1, n])) return 'row';
  if (same(type.dims, [m, 1])) return 'column';
  if (same(type.dims, [m, n])) return 'all';
  return node.fail(`bias ${describeType(type)} does not broadcast to [${m}, ${n}]`);
}
