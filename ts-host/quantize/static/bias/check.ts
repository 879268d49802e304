// Biases of integer products: int32 codes at the scale of input times weight.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import { GraphIndex } from '../../../ir/graphIndex.js';
import { type Model, nodeIds } from '../../../ir/model.js';
import type { CodePlan, QuantPlan } from '../../../ir/plan.js';
import { readAll, type Tensor } from '../../../ir/tensor.js';

/** Of int32. */
export const LARGEST_CODE = 2 ** 31 - 1;

/** The values of a float32 bias. */
export async function biasValues({ data }: Tensor, context: RunContext): Promise<Float32Array> {
  const bytes = await readAll(data, context);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Checks that the biases of a plan that fits the model have codes.
 *  @throws OctavoError `PLAN_INVALID` naming the node */
export async function checkBiases(plan: QuantPlan, model: Model, context: RunContext): Promise<void> {
  const index = new GraphIndex(model.graph);
  const nodes = new Map(plan.nodes.map((node) => [node.node, node]));
  const scales = new Map((plan.activations ?? []).map(({ value, scale }) => [value, scale]));
  const weights = new Map(plan.tensors.map((tensor) => [tensor.tensor, tensor as CodePlan]));
  for (const [at, id] of nodeIds(model.graph).entries()) {
    if (nodes.get(id)?.bias === undefined) continue;
    const [input = '', weight = '', bias = ''] = model.graph.nodes[at]!.inputs;
    const scale = weights.get(weight)!.scale!;
    const values = await biasValues(index.constant(bias)!, context);
    for (const [channel, value] of values.entries()) {
      const step = Math.fround(scales.get(input)! * scale[scale.length === 1 ? 0 : channel]!);
      if (Math.abs(value) <= LARGEST_CODE * step) continue;
      const message = `channel ${channel} of its bias has no int32 code at the scale of input times weight`;
      throw new OctavoError('PLAN_INVALID', message, { node: id });
    }
  }
}
