// The products of a plan that run in integers and have a constant weight: what is learnt about and corrected.

import { GraphIndex } from '../../../ir/graphIndex.js';
import { type Model, nodeIds } from '../../../ir/model.js';
import type { CodePlan, QuantPlan } from '../../../ir/plan.js';
import { type LinearNode, linearNode } from '../../../passes/prepare/linear.js';

export interface Product extends LinearNode {
  readonly at: number;
  readonly id: string;
  readonly plan: CodePlan;
}

/** In graph order. */
export function productsOf({ model, plan }: { readonly model: Model; readonly plan: QuantPlan }): Product[] {
  const index = new GraphIndex(model.graph);
  const ids = nodeIds(model.graph);
  const integer = new Map(plan.nodes.map((node) => [node.node, node.form === 'integer']));
  const plans = new Map(plan.tensors.map((tensor) => [tensor.tensor, tensor]));
  return model.graph.nodes.flatMap((node, at): Product[] => {
    const id = ids[at]!;
    const linear = integer.get(id) ? linearNode(node, index) : undefined;
    const weight = plans.get(node.inputs[1] ?? '');
    if (linear === undefined || weight === undefined || weight.dtype === 'float16') return [];
    return linear.alpha === 1 && linear.beta === 1 ? [{ ...linear, at, id, plan: weight }] : [];
  });
}
