// The inputs and attributes of LSTM, GRU and RNN, checked and named: what the three have in common.

import type { GateActivation, GateName } from '../../../wasm/kernels/execute/recurrent.js';
import type { NodeContext } from '../../node.js';
import { describeType } from '../../value.js';
import { requireDims } from '../requireDims.js';
import { readActivations } from './activations.js';

export interface RecurrentShape {
  readonly steps: number;
  readonly batch: number;
  /** Features of the input. */
  readonly features: number;
  readonly hidden: number;
  readonly directions: number;
  /** For each direction, whether it walks backwards. */
  readonly reverse: readonly boolean[];
  /** Batch first in X, Y and the states. */
  readonly batchFirst: boolean;
  readonly clip: number;
  readonly activations: readonly (readonly GateActivation[])[];
}

const REVERSE: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
};

/** @param gates - matrices of hidden rows in W
 *  @param defaults - activations of one direction */
export function readShape(node: NodeContext, gates: number, defaults: readonly GateName[]): RecurrentShape {
  for (let index = 0; index < node.inputCount; index++) {
    if (node.has(index)) node.requireDType(index, index === 4 ? 'int32' : 'float32');
  }
  for (const index of [0, 1, 2]) node.requireRank(index, 3);
  const direction = node.string('direction', 'forward');
  const reverse = REVERSE[direction] ?? node.fail(`direction ${direction} is not known`, 'GRAPH_INVALID');
  const batchFirst = node.int('layout', 0) === 1;
  const dims = node.input(0).dims as readonly [number, number, number];
  const [steps, batch] = batchFirst ? [dims[1], dims[0]] : [dims[0], dims[1]];
  const hidden = node.input(2).dims[2]!;
  const clip = node.float('clip', 0);
  if (!(clip >= 0)) node.fail(`clip is ${clip}`, 'GRAPH_INVALID');
  if (node.int('hidden_size', hidden) !== hidden) {
    node.fail(`hidden_size is ${node.int('hidden_size')}, R is ${describeType(node.input(2))}`);
  }
  const shape: RecurrentShape = {
    ...{ steps, batch, features: dims[2], hidden, directions: reverse.length, reverse, batchFirst },
    clip: clip === 0 ? Number.POSITIVE_INFINITY : clip,
    activations: readActivations(node, reverse.length, defaults),
  };
  checkInputs(node, shape, gates);
  return shape;
}

function checkInputs(node: NodeContext, shape: RecurrentShape, gates: number): void {
  const { directions, hidden, batch, features } = shape;
  const rows = gates * hidden;
  requireDims(node, 1, [directions, rows, features]);
  requireDims(node, 2, [directions, rows, hidden]);
  requireDims(node, 3, [directions, 2 * rows]);
  requireDims(node, 4, [batch]);
  requireDims(node, 5, stateDims(shape));
}

export function stateDims({ directions, batch, hidden, batchFirst }: RecurrentShape): number[] {
  return batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
}
