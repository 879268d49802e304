// Which input of an operator is its weight, and along which axes it may be quantized. An operator that is not here
// keeps its constants in float. Sources: the ONNX operator definitions; axes as in formats.md §1.4.

import { flag, integer } from '../ir/attributes.js';
import type { Node } from '../ir/model.js';

/** A node's constant operand as a weight. */
export interface WeightRole {
  readonly kind: 'conv' | 'matmul' | 'gather' | 'recurrent';
  /** One scale an output channel runs along this axis. */
  readonly channelAxis: number;
  /** Blocks run along this one (input channels). */
  readonly blockAxis: number;
}

type RoleRule = (node: Node, input: number, rank: number) => WeightRole | undefined;

const at =
  (input: number, minRank: number, make: (node: Node, rank: number) => WeightRole): RoleRule =>
  (node, index, rank) =>
    index === input && rank >= minRank ? make(node, rank) : undefined;

const matmul: RoleRule = (_node, input, rank) => {
  if (rank < 2 || input > 1) return undefined;
  const output = input === 1 ? rank - 1 : rank - 2;
  return { kind: 'matmul', channelAxis: output, blockAxis: 2 * rank - 3 - output };
};

const recurrent: RoleRule = (_node, input, rank) =>
  (input === 1 || input === 2) && rank === 3
    ? { kind: 'recurrent', channelAxis: 1, blockAxis: 2 }
    : undefined;

const RULES: Readonly<Record<string, RoleRule>> = {
  Conv: at(1, 3, () => ({ kind: 'conv', channelAxis: 0, blockAxis: 1 })),
  ConvTranspose: at(1, 3, () => ({ kind: 'conv', channelAxis: 1, blockAxis: 0 })),
  MatMul: matmul,
  Gemm: (node, input, rank) => {
    if (rank !== 2 || input > 1) return undefined;
    const transposed = flag(node, input === 0 ? 'transA' : 'transB');
    const output = (input === 1) !== transposed ? 1 : 0;
    return { kind: 'matmul', channelAxis: output, blockAxis: 1 - output };
  },
  Gather: (node, input, rank) =>
    input === 0 && rank === 2 && integer(node, 'axis', 0) === 0
      ? { kind: 'gather', channelAxis: 0, blockAxis: 1 }
      : undefined,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};

/** The role of a constant operand of rank `rank`, or undefined when it is no weight of the node. A ConvTranspose
 *  with groups spreads its output channels over both axes: its scales are per channel of a group. */
export function weightRole(node: Node, input: number, rank: number): WeightRole | undefined {
  return node.domain === '' && Object.hasOwn(RULES, node.opType)
    ? RULES[node.opType]!(node, input, rank)
    : undefined;
}

/** Whether a node multiplies by what usually is a weight. Not Gather: most look up shapes and the like. */
export function hasWeights({ domain, opType }: Node): boolean {
  return domain === '' && opType !== 'Gather' && Object.hasOwn(RULES, opType);
}

/** Operators whose weights can be quantized. */
export const WEIGHT_OP_TYPES: readonly string[] = Object.keys(RULES);
