// Names of the values of a statically quantized graph.
//
//   maker ─► T_float ─► QuantizeLinear ─► T_quantized ─► DequantizeLinear ─► T
//
// T keeps its name behind DequantizeLinear: who reads codes reads it, and so does who has no choice. A value that is made in
// float is read in front of QuantizeLinear by nodes in float. An input of the graph keeps its name in front.

import type { GraphIndex } from '../../../../ir/graphIndex.js';
import { nodeIds } from '../../../../ir/model.js';
import type { NameGenerator } from '../../../../ir/names.js';
import type { ActivationPlan, NodePlan, QuantPlan } from '../../../../ir/plan.js';

export interface ValueNames {
  readonly plan: ActivationPlan;
  /** As its maker makes it. */
  readonly float: string;
  readonly codes: string;
  /** As the codes stand for it. */
  readonly dequantized: string;
  /** What nodes in float read. */
  readonly forFloat: string;
}

/** Names of all values that become codes. */
export function valueNames(
  index: GraphIndex,
  plan: QuantPlan,
  nodes: ReadonlyMap<string, NodePlan>,
  fresh: NameGenerator,
): Map<string, ValueNames> {
  const ids = nodeIds(index.graph);
  return new Map(
    (plan.activations ?? []).map((activation) => {
      const { value } = activation;
      const maker = index.maker(value);
      const codes = fresh(`${value}_quantized`);
      if (maker === undefined) {
        const dequantized = fresh(`${value}_dequantized`);
        return [value, { plan: activation, float: value, codes, dequantized, forFloat: value }];
      }
      const float = fresh(`${value}_float`);
      const form = nodes.get(ids[maker]!)?.form;
      const isInteger = form === 'integer' || form === 'fused';
      const forFloat = isInteger ? value : float;
      return [value, { plan: activation, float, codes, dequantized: value, forFloat }];
    }),
  );
}
