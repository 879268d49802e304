// Finding a cycle among the nodes of a graph, with a stack of its own: graphs may be long chains.

import type { Graph, Node } from './model.js';

/** Indices of nodes that use each other's outputs in a circle, in order of use, as reached from node `start`.
 *  Undefined when there is none. */
export function findCycle(graph: Graph, start: number): readonly number[] | undefined {
  const maker = new Map<string, number>();
  for (const [index, node] of graph.nodes.entries()) {
    for (const output of node.outputs) if (output !== '') maker.set(output, index);
  }
  const makersOf = (index: number): readonly number[] =>
    [...namesUsed(graph.nodes[index]!)].flatMap((name) => maker.get(name) ?? []);
  const finished = new Set<number>();
  const path: { readonly index: number; readonly makers: readonly number[]; next: number }[] = [];
  const onPath = new Set<number>();
  const enter = (index: number): void => {
    path.push({ index, makers: makersOf(index), next: 0 });
    onPath.add(index);
  };
  if (start < graph.nodes.length) enter(start);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const next = top.makers[top.next++];
    if (next === undefined) {
      finished.add(top.index);
      onPath.delete(top.index);
      path.pop();
    } else if (onPath.has(next)) {
      return path.slice(path.findIndex(({ index }) => index === next)).map(({ index }) => index);
    } else if (!finished.has(next)) enter(next);
  }
  return undefined;
}

/** Names a node uses, those inside its nested graphs included. */
function namesUsed(node: Node): Set<string> {
  const used = new Set<string>();
  const pending: Node[] = [node];
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    for (const name of each.inputs) if (name !== '') used.add(name);
    for (const attribute of each.attributes.values()) {
      const graphs =
        attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
      for (const graph of graphs) {
        for (const inner of graph.nodes) pending.push(inner);
        for (const output of graph.outputs) used.add(output.name);
      }
    }
  }
  return used;
}
