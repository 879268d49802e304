// The form that every engine reads: operators stay in float, between DequantizeLinear and QuantizeLinear; engines with integer
// kernels put those in the place of what they find so.

import type { Graph } from '../../../../ir/model.js';
import type { StaticSite } from './site.js';

export function qdqGraph(site: StaticSite): Graph {
  const addCodes = (name: string): void => {
    const value = site.values.get(name);
    if (value === undefined) return;
    site.quantize(value);
    site.dequantize(value);
  };
  const { graph } = site.index;
  for (const { name } of graph.inputs) addCodes(name);
  for (const [at, node] of graph.nodes.entries()) {
    const plan = site.planAt(at);
    const inputs = plan?.form === 'integer' ? site.dequantizedInputs(node, plan) : site.floatInputs(node);
    const outputs = node.outputs.map((name) => site.values.get(name)?.float ?? name);
    site.nodes.push({ ...node, inputs, outputs });
    for (const name of node.outputs) addCodes(name);
  }
  return site.finish();
}
