// Constant nodes of the outermost graph become initializers: constants are all of one kind, and there before any node.

import type { Attribute, Node } from '../../ir/model.js';
import { bytesData, type Tensor } from '../../ir/tensor.js';
import type { Step } from './step.js';

export const hoistConstants: Step = (graph) => {
  const initializers = new Map(graph.initializers);
  const nodes = graph.nodes.filter((node) => {
    const name = node.outputs[0];
    const tensor = name ? constantTensor(node, name) : undefined;
    if (tensor !== undefined) initializers.set(tensor.name, tensor);
    return tensor === undefined;
  });
  // That an initializer may be listed as an input, and be fed another value, is an older way of the format.
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  return { ...graph, nodes, initializers, inputs };
};

/** The tensor of a Constant node; undefined for other nodes, strings and sparse tensors. */
function constantTensor({ opType, domain, attributes }: Node, name: string): Tensor | undefined {
  if (opType !== 'Constant' || domain !== '') return undefined;
  const [attribute] = attributes.values();
  if (attribute?.kind === 'tensor') return { ...attribute.value, name };
  return attribute && listTensor(attribute, name);
}

function listTensor(attribute: Attribute, name: string): Tensor | undefined {
  const make = (
    dtype: 'float32' | 'int64',
    dims: number[],
    values: Float32Array | BigInt64Array,
  ): Tensor => ({
    name,
    dtype,
    dims,
    data: bytesData(new Uint8Array(values.buffer)),
  });
  switch (attribute.kind) {
    case 'float':
      return make('float32', [], Float32Array.of(attribute.value));
    case 'floats':
      return make('float32', [attribute.value.length], Float32Array.from(attribute.value));
    case 'int':
      return make('int64', [], BigInt64Array.of(attribute.value));
    case 'ints':
      return make('int64', [attribute.value.length], BigInt64Array.from(attribute.value));
    default:
      return undefined;
  }
}
