// What the target of a plan will compute in float, with the reason for every node: those that the plan leaves in float, and
// those whose codes the target has no kernels for.

import { isFloat } from '../../ir/dtype.js';
import { type Model, type Node, nodeIds } from '../../ir/model.js';
import type { NodePlan, QuantPlan } from '../../ir/plan.js';
import { GraphFacts } from '../../passes/raise-opset/facts.js';
import { TARGETS } from './targets/index.js';
import type { Target } from './targets/target.js';

export interface FloatNode {
  readonly node: string;
  readonly opType: string;
  readonly reason: string;
}

/** Nodes of the outermost graph that compute floats, in its order. Arithmetic of shapes is none.
 *  @param model - the prepared model that the plan fits */
export function nodesInFloat(plan: QuantPlan, model: Model): FloatNode[] {
  const target = TARGETS[plan.target!];
  const plans = new Map(plan.nodes.map((node) => [node.node, node]));
  const types = new Set((plan.activations ?? []).map(({ dtype }) => dtype));
  const strange = [...types].find((dtype) => !target.integerTypes.includes(dtype));
  const facts = new GraphFacts(model.graph);
  const ids = nodeIds(model.graph);
  return model.graph.nodes.flatMap((node, at) => {
    const [output = ''] = node.outputs;
    if (!isFloat(facts.of(output).dtype ?? 'float32')) return [];
    const reason = whyFloat(node, plans.get(ids[at]!), target, strange);
    return reason === undefined ? [] : [{ node: ids[at]!, opType: node.opType, reason }];
  });
}

function whyFloat(
  node: Node,
  plan: NodePlan | undefined,
  target: Target,
  strange: string | undefined,
): string | undefined {
  if (plan === undefined) return 'the plan does not name it';
  if (plan.form === 'float') return plan.reason;
  if (strange !== undefined) return `${target.name} computes ${strange} codes in float`;
  const hasFloatBias = plan.form === 'integer' && plan.tensors.length > 0 && plan.bias === undefined;
  const isBiased = /^(Conv|Gemm)$/.test(node.opType) && (node.inputs[2] ?? '') !== '';
  return hasFloatBias && isBiased && target.quantizesBias ? 'its bias is in float' : undefined;
}
