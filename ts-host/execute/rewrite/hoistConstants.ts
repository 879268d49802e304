// Constant nodes become initializers: constants are there before any node, wherever the file defines them.

import type { Graph, Node } from '../../ir/model.js';
import type { Tensor } from '../../ir/tensor.js';
import type { Rewrite } from './rewrite.js';

export const hoistConstants: Rewrite = async (graph): Promise<Graph> => {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node) => {
    const tensor = tensorOf(node);
    if (tensor !== undefined) initializers.set(node.outputs[0]!, tensor);
    return tensor === undefined;
  });
  return { ...graph, nodes, initializers };
};

function tensorOf({ opType, domain, attributes, outputs }: Node): Tensor | undefined {
  const value = opType === 'Constant' && domain === '' ? attributes.get('value') : undefined;
  return value?.kind === 'tensor' && outputs[0] ? value.value : undefined;
}
