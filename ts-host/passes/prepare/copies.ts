// Identity, and Dropout as inference has it, only copy: their readers read what they copy. A copy that the graph gives out
// keeps its name, so the node that makes the original makes it instead.

import { GraphIndex } from '../../ir/graphIndex.js';
import type { Graph, Node } from '../../ir/model.js';
import { graphsOf, namesRead } from '../../ir/reads.js';
import type { Step } from './step.js';

export const removeCopies: Step = (graph) => {
  const index = new GraphIndex(graph);
  /** What a name is read as from here on. */
  const renamed = new Map<string, string>();
  const read = (name: string): string => {
    let at = name;
    for (let next = renamed.get(at); next !== undefined; next = renamed.get(at)) at = next;
    return at;
  };
  const removed = new Set<number>();
  for (const [at, node] of graph.nodes.entries()) {
    if (!isCopy(node, index)) continue;
    const from = read(node.inputs[0]!);
    const to = node.outputs[0]!;
    if (isReadInside(graph, index, from) || isReadInside(graph, index, to)) continue;
    if (!index.isOutput(to)) renamed.set(to, from);
    else if (index.maker(from) !== undefined && !index.isOutput(from)) renamed.set(from, to);
    else continue;
    removed.add(at);
  }
  if (removed.size === 0) return graph;
  const nodes = graph.nodes.flatMap((node, at) => (removed.has(at) ? [] : [withNames(node, read)]));
  return { ...graph, nodes, valueInfos: graph.valueInfos.filter(({ name }) => !renamed.has(name)) };
};

function isCopy(node: Node, index: GraphIndex): boolean {
  const { opType, domain, inputs, outputs } = node;
  if (domain !== '' || !inputs[0] || !outputs[0]) return false;
  if (opType === 'Identity') return true;
  if (opType !== 'Dropout') return false;
  const mask = outputs[1] ?? '';
  const isMaskUsed = mask !== '' && (index.readers(mask).length > 0 || index.isOutput(mask));
  return !isMaskUsed && !inputs[2];
}

/** Whether a graph nested in this one reads the value. */
function isReadInside(graph: Graph, index: GraphIndex, name: string): boolean {
  return index.readers(name).some((at) => {
    const node = graph.nodes[at]!;
    return graphsOf(node).length > 0 && namesRead({ ...node, inputs: [] }).includes(name);
  });
}

function withNames(node: Node, rename: (name: string) => string): Node {
  const inputs = node.inputs.map(rename);
  const outputs = node.outputs.map(rename);
  const isSame = inputs.every((name, i) => name === node.inputs[i]);
  return isSame && outputs.every((name, i) => name === node.outputs[i]) ? node : { ...node, inputs, outputs };
}
