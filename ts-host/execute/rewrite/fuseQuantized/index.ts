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
import { convTranspose } from './convTranspose.js';
import { Decisions, type NodeDecision } from './decisions.js';
import { type DynamicTail, dynamicTail } from './dynamic.js';
import { type Ending, isQuantize } from './ending.js';
import { averagePool, globalAveragePool, reduceMean, softmax } from './maps.js';
import { move } from './movers.js';
import { checkOperatorForm } from './operatorForm.js';
import { isDequantize, parametersOf, quantizedType, requireFit } from './parameters.js';
import { gemm, matMul } from './products.js';
import type { Rule } from './rule.js';
import { integerNode, Refusal, Site } from './site.js';
import { requantize, type Table, tableFrom } from './table.js';

const RULES: ReadonlyMap<string, Rule> = new Map([
  ['Conv', conv],
  ['ConvTranspose', convTranspose],
  ['MatMul', matMul],
  ['Gemm', gemm],
  ['Add', binary('QLinearAdd')],
  ['Mul', binary('QLinearMul')],
  ['Concat', concat],
  ['AveragePool', averagePool],
  ['GlobalAveragePool', globalAveragePool],
  ['ReduceMean', reduceMean],
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
  const fusing: Fusing = { site, decisions, done: new Map() };
  for (const [at, node] of graph.nodes.entries()) {
    const made = fusing.done.get(at) ?? (await visit(fusing, at, node));
    site.nodes.push(...made);
  }
  return { graph: site.finish(), decisions: decisions.list() };
}

interface Fusing {
  readonly site: Site;
  readonly decisions: Decisions;
  /** By index: what comes in the place of nodes that are behind the one that decided so. */
  readonly done: Map<number, readonly Node[]>;
}

/** The nodes in place of one. */
async function visit(fusing: Fusing, at: number, node: Node): Promise<readonly Node[]> {
  const { site, decisions } = fusing;
  const id = site.ids[at]!;
  if (isDequantize(node)) {
    await dequantize(site, id, node);
    return [node];
  }
  if (isQuantize(node)) return quantize(site, id, node);
  if (isShape(node)) return [shapeOfCodes(site, id, node)];
  const moved = await move(site, id, node);
  if (moved !== undefined) {
    decisions.integer(at, node.opType);
    return moved;
  }
  await checkOperatorForm(site, id, node);
  const tail = await dynamicTail(site, at);
  if (tail !== undefined) return inPlaceOfLast(fusing, at, tail);
  const table = await tableFrom(site, at);
  if (typeof table === 'object') return tabled(fusing, at, table);
  const rule = node.domain === '' ? RULES.get(node.opType) : undefined;
  if (rule === undefined) {
    if (table === undefined) decisions.asItIs(at);
    else decisions.float(at, table);
    return [node];
  }
  try {
    const fused = await rule(site, { id, node });
    decisions.integer(at, fused.node.opType);
    const { before = [], after = [], ending } = fused;
    return [...before, fused.node, ...after, ...end(fusing, ending, fused.node.opType)];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    decisions.float(at, table ?? error.reason);
    return [node];
  }
}

/** Takes the nodes of an ending out of the graph; what has to be made for it. */
function end({ site, decisions, done }: Fusing, ending: Ending | undefined, opType: string): Node[] {
  if (ending === undefined) return [];
  for (const part of ending.absorbed) {
    done.set(part, []);
    if (!isQuantize(site.graph.nodes[part]!)) decisions.integer(part, opType);
  }
  for (const name of [ending.output, ...ending.twins]) site.codeTypes.set(name, ending.dtype);
  return ending.twins.map((twin) => integerNode('', ['', 'Identity'], [ending.output], [twin]));
}

/** A tail comes in the place of its last node: all that it reads is there then. */
function inPlaceOfLast(
  { decisions, done }: Fusing,
  at: number,
  { node, members }: DynamicTail,
): readonly Node[] {
  for (const member of members) {
    done.set(member, []);
    decisions.integer(member, node.opType);
  }
  done.set(Math.max(...members), [node]);
  return done.get(at)!;
}

/** A table comes in the place of the first QuantizeLinear: constants that its nodes read are there then. */
function tabled(fusing: Fusing, at: number, { nodes, ending, members }: Table): readonly Node[] {
  for (const member of members) {
    fusing.done.set(member, []);
    fusing.decisions.integer(member, 'CodeLookup');
  }
  const first = Math.min(...ending.absorbed);
  fusing.done.set(first, [...nodes, ...end(fusing, ending, 'CodeLookup')]);
  return fusing.done.get(at)!;
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

const isShape = ({ domain, opType }: Node): boolean =>
  domain === '' && (opType === 'Shape' || opType === 'Size');

/** Codes have the dims of what they stand for. */
function shapeOfCodes({ codes }: Site, name: string, node: Node): Node {
  const from = codes.get(node.inputs[0]!);
  return from === undefined ? node : { ...node, name, inputs: [from.codes] };
}

/** The nodes in place of a QuantizeLinear. */
async function quantize(site: Site, id: string, node: Node): Promise<readonly Node[]> {
  const [input = ''] = node.inputs;
  const output = node.outputs[0]!;
  try {
    const parameters = await parametersOf(site, id, node, quantizedType(node));
    site.codeTypes.set(output, parameters.dtype);
    const from = site.codes.get(input);
    return (from && requantize(site, id, from, parameters, output)) ?? [node];
  } catch (error) {
    if (error instanceof Refusal) return [node];
    throw error;
  }
}
