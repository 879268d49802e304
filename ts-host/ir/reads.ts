// What a node reads: its inputs, and what the graphs in its attributes take from around them.

import type { Graph, Node } from './model.js';

/** The graphs in a node's attributes. */
export function graphsOf(node: Node): Graph[] {
  return [...node.attributes.values()].flatMap((attribute) => {
    if (attribute.kind === 'graph') return [attribute.value];
    return attribute.kind === 'graphs' ? attribute.value : [];
  });
}

/** Names a node reads: its inputs, and what its graphs take from outside. Each once. */
export function namesRead(node: Node): string[] {
  const inner = graphsOf(node).flatMap((graph) => freeNames(graph));
  return [...new Set([...node.inputs.filter((name) => name !== ''), ...inner])];
}

const freeNamesOf = new WeakMap<Graph, readonly string[]>();

/** Names a graph uses but does not define, nested graphs included. */
export function freeNames(graph: Graph): readonly string[] {
  const known = freeNamesOf.get(graph);
  if (known !== undefined) return known;
  const defined = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  const free = new Set<string>();
  const read = (name: string): void => {
    if (!defined.has(name)) free.add(name);
  };
  for (const node of graph.nodes) {
    for (const name of namesRead(node)) read(name);
    for (const name of node.outputs) defined.add(name);
  }
  for (const { name } of graph.outputs) read(name);
  const names = [...free];
  freeNamesOf.set(graph, names);
  return names;
}
