// Trilu and EyeLike: matrices by their diagonals.

import { dtypeOf } from '../../ir/onnxCodes.js';
import { keepTriangle } from '../../wasm/kernels/execute/patterns.js';
import { type Copy, planCopy, planFill, widthOf } from '../movement/copy.js';
import { clamp, product } from '../movement/dims.js';
import { elementOf } from '../movement/element.js';
import { stretches } from '../movement/indices.js';
import { movePlan } from '../movement/plan.js';
import type { NodeContext } from '../node.js';
import type { Operator, Plan } from '../operator.js';
import { describeType } from '../value.js';

function trilu(node: NodeContext): Plan {
  const input = node.input(0);
  if (input.dims.length < 2) node.fail(`${describeType(input)} is no matrix`);
  const [rows, cols] = input.dims.slice(-2) as [number, number];
  const k = clamp(node.has(1) ? node.scalar(1) : 0, -rows, cols);
  const upper = node.flag('upper', true);
  const width = widthOf(node, input.dtype);
  const size = rows * cols;
  const matrices = size === 0 ? 0 : product(input.dims.slice(0, -2));
  return {
    outputs: [input],
    reads: [0],
    inPlace: [0],
    bind: (at) =>
      stretches(matrices, size).map(({ start, count }) => () => {
        const [x, out] = [at.input(0), at.output(0)].map((address) => address + start * size * width);
        keepTriangle(node.engine, x!, out!, count, rows, cols, width, k, upper);
      }),
  };
}

/** Ones on diagonal k of a matrix of zeros, with the dims of the input. */
function eyeLike(node: NodeContext): Plan {
  const { dims, dtype: own } = node.input(0);
  node.requireRank(0, 2);
  const dtype = node.hasAttribute('dtype') ? dtypeOf(node.int('dtype')) : own;
  if (dtype === undefined)
    return node.fail(`type ${node.int('dtype')} is not supported`, 'UNSUPPORTED_DTYPE');
  const width = widthOf(node, dtype);
  const [rows, cols] = dims as [number, number];
  const k = clamp(node.int('k', 0), -rows, cols);
  const [top, left] = [Math.max(0, -k), Math.max(0, k)];
  const length = Math.max(0, Math.min(rows - top, cols - left));
  const diagonal = planFill(width, [length], [cols + 1], top * cols + left);
  return movePlan(
    node,
    { dtype, dims },
    [
      { copy: zeros(width, rows * cols), from: 'value' },
      { copy: diagonal && { ...diagonal, from: width }, from: 'value' },
    ],
    Uint8Array.of(...new Uint8Array(width), ...elementOf(node, dtype, 1)),
  );
}

function zeros(width: 1 | 2 | 4 | 8, count: number): Copy | undefined {
  return planCopy(width, [count], [0], [1]);
}

export const TRIANGLES: readonly Operator[] = [
  { opType: 'Trilu', domain: '', acceptsHalf: true, plan: trilu },
  { opType: 'EyeLike', domain: '', acceptsHalf: true, plan: eyeLike },
];
