// What mode static cannot begin with: a model that computes with codes already, or one that nothing flows through.

import { OctavoError } from '../../errors.js';
import { type Graph, type Model, nodeIds, visitGraphs } from '../../ir/model.js';
import { namesRead } from '../../ir/reads.js';

/** Operators that only quantized models have. */
const QUANTIZED =
  /^(QuantizeLinear|DequantizeLinear|DynamicQuantize\w+|QLinear\w+|QGemm|QAttention|\w+Integer(ToFloat)?|\w+NBits|\w*BlockQuantized)$/;

/** @throws OctavoError `ALREADY_QUANTIZED` naming the first node that takes or makes codes */
export function requireFloatModel({ graph }: Model): void {
  visitGraphs(graph, (each, path) => {
    const at = each.nodes.findIndex(({ opType }) => QUANTIZED.test(opType));
    if (at < 0) return;
    const message = `a ${each.nodes[at]!.opType} computes with codes: give the float model it was made from`;
    throw new OctavoError('ALREADY_QUANTIZED', message, { node: nodeIds(each, path)[at]! });
  });
}

/** @throws OctavoError `NOTHING_TO_QUANTIZE` when no output depends on an input */
export function requireFlow(graph: Graph): void {
  const reached = new Set(graph.inputs.map(({ name }) => name));
  for (const node of graph.nodes) {
    if (namesRead(node).some((name) => reached.has(name))) for (const name of node.outputs) reached.add(name);
  }
  if (graph.outputs.some(({ name }) => reached.has(name))) return;
  throw new OctavoError('NOTHING_TO_QUANTIZE', 'no output of the model depends on an input');
}
