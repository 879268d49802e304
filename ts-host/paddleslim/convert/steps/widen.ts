// Operators of the types that were asked for read codes, too, where the program does not simulate that: it tells thresholds of what
// makes their inputs, and averages end where their inputs do. All of their inputs, or none: an operator of one code and one float
// is no integer operator.

import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Node } from '../../../ir/model.js';
import { movedInputs } from '../movers.js';
import { rangeOfReaders } from '../rangeOfReaders.js';
import type { CodeRange, ConvertState, ConvertStep, ConvertTools, Reads } from '../step.js';

const PRODUCTS = new Set(['Conv', 'Gemm', 'MatMul']);
const MAPS = new Set(
  `Add Mul AveragePool GlobalAveragePool HardSwish HardSigmoid Sigmoid LeakyRelu Tanh Gelu Elu`.split(' '),
);

/** Operators whose results lie between their inputs: codes of the one serve the other. */
const AVERAGES = new Set(['AveragePool', 'GlobalAveragePool']);

export const widen: ConvertStep = {
  name: 'widen',
  run(state, tools) {
    const index = new GraphIndex(state.graph);
    const reads = new Map<string, Reads>(state.reads);
    // From behind, since averages go by who reads them.
    for (const node of [...state.graph.nodes].reverse()) {
      if (!tools.choice.names(node.name)) continue;
      const ranges = rangesOf(index, { ...state, reads }, node, tools);
      if (ranges !== undefined) reads.set(node.name, ranges);
    }
    return { ...state, reads };
  },
};

/** The codes of all inputs of a node; undefined where one of them has none, or where nothing would be won. */
function rangesOf(
  index: GraphIndex,
  state: ConvertState,
  node: Node,
  { outThresholds }: ConvertTools,
): Reads | undefined {
  const inputs = dataInputs(node, state);
  if (inputs === undefined || inputs.some((name) => index.constant(name) !== undefined)) return undefined;
  const { reads } = state;
  const known = reads.get(node.name);
  const ranges = new Map<string, CodeRange>();
  for (const name of inputs) {
    const threshold = outThresholds.get(name);
    const told =
      threshold === undefined ? undefined : ({ step: Math.fround(threshold / 127), least: -128 } as const);
    const range =
      known?.get(name) ??
      told ??
      (AVERAGES.has(node.opType) ? rangeOfReaders(index, reads, node.outputs) : undefined);
    if (range === undefined) return undefined;
    ranges.set(name, range);
  }
  return ranges;
}

function dataInputs(node: Node, { weights }: ConvertState): readonly string[] | undefined {
  if (node.domain !== '') return undefined;
  if (PRODUCTS.has(node.opType)) return weights.has(node.name) ? [node.inputs[0]!] : undefined;
  if (MAPS.has(node.opType)) return node.inputs;
  return movedInputs(node)?.map((input) => node.inputs[input]!);
}
