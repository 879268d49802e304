// What nobody reads goes: nodes none of whose outputs leads to an output of the graph, and initializers without readers.

import type { Graph } from '../../ir/model.js';
import { namesRead } from '../../ir/reads.js';

/** The graph without what its outputs do not need. */
export function removeUnused(graph: Graph): Graph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const nodes = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of namesRead(node)) wanted.add(name);
    nodes.push(node);
  }
  nodes.reverse();
  const initializers = new Map([...graph.initializers].filter(([name]) => wanted.has(name)));
  const isSame = nodes.length === graph.nodes.length && initializers.size === graph.initializers.size;
  return isSame ? graph : { ...graph, nodes, initializers };
}
