// Matrix products.

import { floatAttribute, intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { MAX_RANK } from '../../../../ir/check.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { reshaped } from '../values.js';

/** The dims from `from` on as one: [D0 … D(from−1), the rest]. */
function flattenedFrom(op: OpScope, value: string, from: number): string {
  if (from < 0 || from > MAX_RANK) throw op.fail('MALFORMED', `dims are flattened from ${from} on`);
  return reshaped(op, value, [...Array<number>(from).fill(0), -1]);
}

/** X and Y are flattened to matrices where their attributes say, the product has the dims of both that are not summed over:
 *  X[:x_num_col_dims] and Y[y_num_col_dims:]. */
function mul(op: OpScope): void {
  const xDims = op.attributes.int('x_num_col_dims', 1);
  const yDims = op.attributes.int('y_num_col_dims', 1);
  const x = xDims === op.rank('X') - 1 ? op.input('X') : flattenedFrom(op, op.input('X'), xDims);
  if (op.rank('Y') === 2 && yDims === 1) {
    op.emit('MatMul', [x, op.input('Y')], {}, op.output('Out'));
    return;
  }
  const y = op.emit('Flatten', [op.input('Y')], { axis: intAttribute(yDims) });
  const columns = op.dims('Y')!.slice(yDims);
  if (columns.includes(-1)) throw op.unsupported('Y with dims that are not known');
  reshaped(op, op.emit('MatMul', [x, y]), [...Array<number>(xDims).fill(0), ...columns], op.output('Out'));
}

/** Fully connected: mul, bias and activation in one. */
function fullyConnected(op: OpScope): void {
  const { attributes } = op;
  if (attributes.bool('padding_weights', false))
    throw op.unsupported('weights with padding (padding_weights)');
  const dims = attributes.int('in_num_col_dims', 1);
  const activation = attributes.string('activation_type', '');
  if (activation !== '' && activation !== 'relu') throw op.unsupported(`the activation ${activation}`);
  const input = op.input('Input');
  const x = dims === op.rank('Input') - 1 ? input : flattenedFrom(op, input, dims);
  const bias = op.optional('Bias');
  const steps = [
    (value: string, to?: string) => op.emit('MatMul', [value, op.input('W')], {}, to),
    ...(bias === undefined ? [] : [(value: string, to?: string) => op.emit('Add', [value, bias], {}, to)]),
    ...(activation === '' ? [] : [(value: string, to?: string) => op.emit('Relu', [value], {}, to)]),
  ];
  let value = x;
  for (const [i, step] of steps.entries()) {
    value = step(value, i === steps.length - 1 ? op.output('Out') : undefined);
  }
}

/** The two last dims exchanged; vectors stay. */
function transposed(op: OpScope, argument: string): string {
  const rank = op.rank(argument);
  if (rank < 2) return op.input(argument);
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return op.emit('Transpose', [op.input(argument)], { perm: intsAttribute(perm) });
}

function matmul(op: OpScope, [transX, transY]: readonly [string, string]): void {
  const { attributes } = op;
  const [turnX, turnY] = [attributes.bool(transX, false), attributes.bool(transY, false)];
  const alpha = attributes.float('alpha', 1);
  if ((turnX || turnY) && op.rank('X') === 2 && op.rank('Y') === 2) {
    const gemm = {
      transA: intAttribute(Number(turnX)),
      transB: intAttribute(Number(turnY)),
      alpha: floatAttribute(alpha),
    };
    op.emit('Gemm', [op.input('X'), op.input('Y')], gemm, op.output('Out'));
    return;
  }
  const x = turnX ? transposed(op, 'X') : op.input('X');
  const y = turnY ? transposed(op, 'Y') : op.input('Y');
  product(op, [x, y], alpha);
}

/** Two vectors give one number, which older versions of Paddle call [1]. */
function product(op: OpScope, factors: readonly string[], alpha: number): void {
  const isNumber = op.dims('X')?.length === 1 && op.dims('Y')?.length === 1 && op.dims('Out')?.length === 1;
  if (alpha === 1 && !isNumber) {
    op.emit('MatMul', factors, {}, op.output('Out'));
    return;
  }
  const value = op.emit('MatMul', factors);
  const scaled = (to?: string) => op.emit('Mul', [value, op.scalar(alpha, op.dtype('X'))], {}, to);
  if (isNumber) reshaped(op, alpha === 1 ? value : scaled(), [1], op.output('Out'));
  else scaled(op.output('Out'));
}

/** beta · Input + alpha · X · Y. */
function addmm(op: OpScope): void {
  const [alpha, beta] = [op.attributes.float('Alpha', 1), op.attributes.float('Beta', 1)];
  const times = (value: string, factor: number) =>
    factor === 1 ? value : op.emit('Mul', [value, op.scalar(factor, op.dtype('X'))]);
  const summand = times(op.input('Input'), beta);
  const value = times(op.emit('MatMul', [op.input('X'), op.input('Y')]), alpha);
  op.emit('Add', [summand, value], {}, op.output('Out'));
}

/** Sum of products along the last dim. */
function dot(op: OpScope): void {
  const products = op.emit('Mul', [op.input('X'), op.input('Y')]);
  const keep = op.rank('Out') === op.rank('X');
  op.emit('ReduceSum', [products, op.ints([-1])], { keepdims: intAttribute(Number(keep)) }, op.output('Out'));
}

export const MATRIX_PRODUCTS: readonly OperatorConverter[] = [
  converter('mul', mul),
  converter('fc', fullyConnected),
  converter('matmul', (op) => matmul(op, ['transpose_X', 'transpose_Y'])),
  converter('matmul_v2', (op) => matmul(op, ['trans_x', 'trans_y'])),
  converter('bmm', (op) => void op.emit('MatMul', [op.input('X'), op.input('Y')], {}, op.output('Out'))),
  converter('addmm', addmm),
  converter('dot', dot),
];
