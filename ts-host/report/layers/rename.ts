// A node under other names: of itself, of its values, and of the values in its nested graphs.

import type { Attribute, Graph, Node } from '../../ir/model.js';

/** From the name of a value to its name in the other graph; never called for absent values. */
export type Renaming = (name: string) => string;

/** @param read - for what the node reads, and for everything in its nested graphs
 *  @param made - for its outputs */
export function renameNode(node: Node, name: string, read: Renaming, made: Renaming = read): Node {
  const present = (rename: Renaming) => (value: string) => (value === '' ? '' : rename(value));
  return {
    name,
    opType: node.opType,
    domain: node.domain,
    inputs: node.inputs.map(present(read)),
    outputs: node.outputs.map(present(made)),
    attributes: new Map([...node.attributes].map(([key, value]) => [key, renameInside(value, read)])),
  };
}

function renameInside(attribute: Attribute, rename: Renaming): Attribute {
  if (attribute.kind === 'graph') return { kind: 'graph', value: renameGraph(attribute.value, rename) };
  if (attribute.kind !== 'graphs') return attribute;
  return { kind: 'graphs', value: attribute.value.map((graph) => renameGraph(graph, rename)) };
}

/** Values of its own are renamed too, and stay apart from those around it. */
function renameGraph(graph: Graph, rename: Renaming): Graph {
  const info = <T extends { readonly name: string }>(value: T): T => ({ ...value, name: rename(value.name) });
  return {
    name: graph.name,
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    valueInfos: [],
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [rename(name), tensor])),
    nodes: graph.nodes.map((node) => renameNode(node, node.name, rename)),
  };
}
