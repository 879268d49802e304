// MatMul and the Add of a constant row behind it are a Gemm, where the first matrix is of rank 2: one node with a bias, which
// integers can add to the sums before they are scaled.

import { GraphIndex } from '../../ir/graphIndex.js';
import type { Node } from '../../ir/model.js';
import { GraphFacts } from '../raise-opset/facts.js';
import type { Step } from './step.js';

export const joinBias: Step = (graph) => {
  const index = new GraphIndex(graph);
  const facts = new GraphFacts(graph);
  const nodes: (Node | undefined)[] = [...graph.nodes];
  for (const [at, node] of graph.nodes.entries()) {
    const weight = index.constant(node.inputs[1]);
    if (node.opType !== 'MatMul' || node.domain !== '' || weight?.dtype !== 'float32') continue;
    if (weight.dims.length !== 2 || facts.of(node.inputs[0]!).dims?.length !== 2) continue;
    const reader = index.onlyReader(node.outputs[0]!);
    const row = reader && addedRow(reader.node, node.outputs[0]!, index, weight.dims[1]!);
    if (reader === undefined || row === undefined) continue;
    nodes[at] = undefined;
    // In the place of the Add: what it reads is there by then.
    nodes[reader.index] = {
      name: node.name,
      opType: 'Gemm',
      domain: '',
      inputs: [...node.inputs, row],
      outputs: reader.node.outputs,
      attributes: new Map(),
    };
  }
  return { ...graph, nodes: nodes.filter((node) => node !== undefined) };
};

/** The constant that a node adds to every row of `value`. */
function addedRow(
  { opType, domain, inputs }: Node,
  value: string,
  index: GraphIndex,
  columns: number,
): string | undefined {
  const other = inputs[0] === value ? inputs[1] : inputs[0];
  const tensor = index.constant(other);
  if (opType !== 'Add' || domain !== '' || tensor?.dtype !== 'float32') return undefined;
  const { dims } = tensor;
  const isRow = dims.at(-1) === columns && (dims.length === 1 || (dims.length === 2 && dims[0] === 1));
  return isRow ? other : undefined;
}
