// What two conversions in a row undo goes:
//
//   c ─► DequantizeLinear ─► QuantizeLinear ─► k              same steps, so k is c
//   c ─► DequantizeLinear ─► move ─► QuantizeLinear ─► k      same steps, so c ─► move ─► k

import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Graph, Node } from '../../../ir/model.js';
import { removeUnused } from '../../../passes/prepare/unused.js';
import { movedInputs } from '../movers.js';
import type { ConvertStep } from '../step.js';

export const squash: ConvertStep = {
  name: 'squash',
  run(state) {
    let { graph } = state;
    // Codes that went through one mover may stand in front of the next.
    for (let before: Graph | undefined; before !== graph; ) {
      before = graph;
      graph = removeUnused(squashed(graph));
    }
    return { ...state, graph };
  },
};

function squashed(graph: Graph): Graph {
  const index = new GraphIndex(graph);
  const renamed = new Map<string, string>();
  const moved = new Map<number, Node>();
  for (const node of graph.nodes) {
    if (node.opType !== 'QuantizeLinear' || node.domain !== '') continue;
    const [input = '', ...parameters] = node.inputs;
    const output = node.outputs[0]!;
    const same = codesBehind(index, input, parameters);
    if (same !== undefined) renamed.set(output, same);
    const at = index.maker(input);
    const mover =
      at === undefined || index.onlyReader(input) === undefined ? undefined : onCodes(index, at, parameters);
    if (mover !== undefined) {
      moved.set(at!, { ...mover, outputs: [output] });
      renamed.set(output, output);
    }
  }
  if (renamed.size === 0) return graph;
  const nodes = graph.nodes.flatMap((node, at): Node[] => {
    const by = moved.get(at) ?? node;
    if (node.opType === 'QuantizeLinear' && renamed.has(node.outputs[0]!)) return [];
    return [{ ...by, inputs: by.inputs.map((name) => renamed.get(name) ?? name) }];
  });
  return { ...graph, nodes };
}

/** The codes that a value is dequantized from, under these parameters. */
function codesBehind(index: GraphIndex, value: string, parameters: readonly string[]): string | undefined {
  const at = index.maker(value);
  const node = at === undefined ? undefined : index.graph.nodes[at]!;
  if (node?.opType !== 'DequantizeLinear' || node.domain !== '') return undefined;
  const isSame = parameters.every((name, i) => node.inputs[i + 1] === name);
  return isSame ? node.inputs[0] : undefined;
}

/** A mover with codes in place of what they stand for. */
function onCodes(index: GraphIndex, at: number, parameters: readonly string[]): Node | undefined {
  const node = index.graph.nodes[at]!;
  const moved = movedInputs(node);
  if (moved === undefined || node.outputs.length !== 1) return undefined;
  let { inputs } = node;
  for (const input of moved) {
    const codes = codesBehind(index, inputs[input]!, parameters);
    if (codes === undefined) return undefined;
    inputs = inputs.with(input, codes);
  }
  return { ...node, inputs };
}
