// MatMul and the Add of a constant row behind it are a Gemm, where the first matrix is of rank 2: one node with a bias, which
// integers can add to the sums before they are scaled.

import type { RunContext } from '../../context.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import type { Graph, Node } from '../../ir/model.js';
import { readAll } from '../../ir/tensor.js';
import { GraphFacts, type Numbers } from '../raise-opset/facts.js';
import type { Step } from './step.js';

export const joinBias: Step = async (graph, { context }) => {
  const index = new GraphIndex(graph);
  const facts = new GraphFacts(graph, undefined, await numbersOf(graph, context));
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

/** Places of slices are no longer lists than these. */
const MOST_NUMBERS = 8;

/** Small constants of int64: what shapes are computed with. */
async function numbersOf({ initializers }: Graph, context: RunContext): Promise<Numbers> {
  const numbers = new Map<string, readonly number[]>();
  for (const [name, { dtype, data }] of initializers) {
    if (dtype !== 'int64' || data.byteLength > 8 * MOST_NUMBERS) continue;
    const bytes = await readAll(data, context);
    numbers.set(name, Array.from(new BigInt64Array(bytes.slice().buffer), Number));
  }
  return numbers;
}

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
