// A model with corrected biases: new initializers under names of their own where others read the old ones, and for products
// that had none.

import type { RunContext } from '../../../context.js';
import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Model } from '../../../ir/model.js';
import { uniqueNames } from '../../../ir/names.js';
import { vectorOf, vectorTensor } from '../../../passes/prepare/step.js';
import type { Engine } from '../../../wasm/engine.js';
import type { Product } from './products.js';

/** What is added to the bias of each product, by index of the node: one number for each output channel. */
export type Corrections = ReadonlyMap<number, Float64Array>;

export async function withBiases(
  model: Model,
  products: readonly Product[],
  corrections: Corrections,
  engine: Engine,
  context: RunContext,
): Promise<Model> {
  const fresh = uniqueNames(model);
  const index = new GraphIndex(model.graph);
  const nodes = [...model.graph.nodes];
  const initializers = new Map(model.graph.initializers);
  for (const { at, bias, channels } of products) {
    const added = corrections.get(at);
    if (added === undefined) continue;
    const node = nodes[at]!;
    const own =
      bias === undefined ? new Float32Array(channels) : await vectorOf(bias, { engine, context, fresh });
    const values = Float32Array.from(own, (each, c) => each + added[c]!);
    const old = node.inputs[2] ?? '';
    const name =
      old === ''
        ? fresh(`${node.outputs[0]}_bias`)
        : index.onlyReader(old) === undefined
          ? fresh(`${old}_corrected`)
          : old;
    initializers.set(name, { ...vectorTensor(name, values), dims: bias?.dims ?? [channels] });
    nodes[at] = { ...node, inputs: [node.inputs[0]!, node.inputs[1]!, name] };
  }
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}
