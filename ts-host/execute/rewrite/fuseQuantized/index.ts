// The integer mode: what a quantized model writes as DequantizeLinear, a float operator and QuantizeLinear becomes one integer
// node, and the codes go from one to the next.
//
//   c ─► DQ ─► Conv ─► Relu ─► Q ─► k          c ─► QLinearConv ─► k
//
// One pass in the order of nodes. DequantizeLinear is moved behind what only moves elements; a QuantizeLinear that gives back
// the codes it came from goes; at every other operator its rule is asked. What stays in float says why.

import { integer } from '../../../ir/attributes.js';
import type { Graph, Node } from '../../../ir/model.js';
import type { RewriteTools } from '../rewrite.js';
import { binary, concat } from './binary.js';
import { conv } from './conv.js';
import { Decisions, isDequantize, type NodeDecision } from './decisions.js';
import { isQuantize } from './ending.js';
import { averagePool, globalAveragePool, leakyRelu, reduceMean, relu, sigmoid, softmax } from './maps.js';
import { move } from './movers.js';
import { checkOperatorForm } from './operatorForm.js';
import { isByte, parametersOf, quantizedType, requireFit } from './parameters.js';
import { gemm, matMul } from './products.js';
import { requantize } from './requantize.js';
import type { Rule } from './rule.js';
import { integerNode, Refusal, Site } from './site.js';

const RULES: ReadonlyMap<string, Rule> = new Map([
  ['Conv', conv],
  ['MatMul', matMul],
  ['Gemm', gemm],
  ['Add', binary('QLinearAdd')],
  ['Mul', binary('QLinearMul')],
  ['Concat', concat],
  ['AveragePool', averagePool],
  ['GlobalAveragePool', globalAveragePool],
  ['ReduceMean', reduceMean],
  ['Sigmoid', sigmoid],
  ['LeakyRelu', leakyRelu],
  ['Relu', relu],
  ['Softmax', softmax],
]);

/** ONNX's number for float32. */
const FLOAT = 1;

export interface FusedGraph {
  readonly graph: Graph;
  /** A line for each node of a quantized model that computes; none for a float model. */
  readonly decisions: readonly NodeDecision[];
}

/** @throws OctavoError `SCALE_INVALID`, `SHAPE_MISMATCH` for scales that nothing can be computed with */
export async function fuseQuantized(graph: Graph, tools: RewriteTools): Promise<FusedGraph> {
  const site = new Site(graph, tools);
  const decisions = new Decisions(site);
  if (!decisions.isQuantized) return { graph, decisions: [] };
  const done = new Set<number>();
  for (const [at, node] of graph.nodes.entries()) {
    if (done.has(at)) continue;
    for (const each of await visit(site, at, node, decisions, done)) site.nodes.push(each);
  }
  return { graph: site.finish(), decisions: decisions.list() };
}

/** The nodes in place of one. */
async function visit(
  site: Site,
  at: number,
  node: Node,
  decisions: Decisions,
  done: Set<number>,
): Promise<readonly Node[]> {
  const id = site.ids[at]!;
  if (isDequantize(node)) {
    await dequantize(site, id, node);
    return [node];
  }
  if (isQuantize(node)) return [await quantize(site, id, node)];
  const moved = await move(site, id, node);
  if (moved !== undefined) {
    decisions.integer(at, node.opType);
    return moved;
  }
  await checkOperatorForm(site, id, node);
  const rule = node.domain === '' ? RULES.get(node.opType) : undefined;
  if (rule === undefined) {
    decisions.asItIs(at);
    return [node];
  }
  try {
    const fused = await rule(site, { id, node });
    const { ending } = fused;
    decisions.integer(at, fused.node.opType);
    for (const part of ending?.absorbed ?? []) {
      done.add(part);
      if (!isQuantize(site.graph.nodes[part]!)) decisions.integer(part, fused.node.opType);
    }
    if (ending !== undefined) site.codeTypes.set(ending.output, ending.dtype);
    return [fused.node, ...(ending?.twins ?? []).map((twin) => sameCodes(site, ending!.output, twin))];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    decisions.float(at, error.reason);
    return [node];
  }
}

/** Takes note of what a value is made from. */
async function dequantize(site: Site, id: string, node: Node): Promise<void> {
  const [codes = ''] = node.inputs;
  const output = node.outputs[0]!;
  const constant = site.tensor(codes);
  try {
    const parameters = await parametersOf(site, id, node, constant?.dtype ?? site.codeTypes.get(codes));
    if (integer(node, 'output_dtype', FLOAT) > FLOAT) site.refuse('it makes halves');
    requireFit(parameters, constant?.dims, id);
    site.codes.set(output, { ...parameters, codes, dims: constant?.dims });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    site.refused.set(output, error.reason);
  }
}

/** The node in place of a QuantizeLinear. */
async function quantize(site: Site, id: string, node: Node): Promise<Node> {
  const [input = ''] = node.inputs;
  const output = node.outputs[0]!;
  try {
    const parameters = await parametersOf(site, id, node, quantizedType(node));
    site.codeTypes.set(output, parameters.dtype);
    const from = site.codes.get(input);
    return (from && requantize(id, from, parameters, output)) ?? node;
  } catch (error) {
    if (error instanceof Refusal) return node;
    throw error;
  }
}

/** Codes under another name. */
function sameCodes(site: Site, codes: string, name: string): Node {
  const dtype = site.codeTypes.get(codes);
  if (isByte(dtype)) site.codeTypes.set(name, dtype);
  return integerNode('', ['', 'Identity'], [codes], [name]);
}
