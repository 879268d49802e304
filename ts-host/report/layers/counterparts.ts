// Which node of the quantized model does the work of a node of the float model, and whether it does it with integers.

import type { Node } from '../../ir/model.js';
import { coneOf } from './cone.js';
import type { LayerState } from './layerReport.js';
import { isDequantize, isQuantize, type Links } from './links.js';

export interface Counterpart {
  /** The node itself, between the DequantizeLinear before it and the QuantizeLinear behind it; absent where several
   *  nodes share the work, or none. */
  readonly node: Node | undefined;
  readonly state: LayerState;
}

/** Operators over codes. */
const OVER_CODES = /^(QLinear|QGemm|ConvInteger|MatMulInteger|DynamicQuantize)/;
/** Operators over floats and weights in codes. */
const OVER_CODED_WEIGHTS = /^(MatMulNBits|GatherBlockQuantized|MatMulBnb4)/;

export class Counterparts {
  readonly #quantized: Links;
  readonly #twinNames: ReadonlySet<string>;
  readonly #named: ReadonlyMap<string, Node>;

  /** @param twins - names, in the quantized model, of values that are in both */
  constructor(quantized: Links, twins: ReadonlySet<string>) {
    this.#quantized = quantized;
    this.#twinNames = twins;
    this.#named = uniquelyNamed(quantized);
  }

  /** @param twin - the name there of what comes of the node's layer, if it is in both models */
  of({ name, opType, domain }: Node, twin: string | undefined): Counterpart {
    const cone = twin === undefined ? [] : this.#coneOf(twin);
    const named = this.#named.get(name);
    const isSame = (node: Node): boolean => node.opType === opType && node.domain === domain;
    const node = named !== undefined && isSame(named) ? named : cone.find(isSame);
    if (cone.some((each) => OVER_CODES.test(each.opType))) return { node, state: 'integer' };
    if (cone.some((each) => OVER_CODED_WEIGHTS.test(each.opType))) return { node, state: 'weights' };
    return { node, state: node === undefined ? 'float' : this.#stateOf(node) };
  }

  /** Nodes between the values before and the value itself. */
  #coneOf(twin: string): Node[] {
    const links = this.#quantized;
    const inside = (name: string): boolean => !links.isConstant(name) && !this.#twinNames.has(name);
    return coneOf(links, twin, inside).map((index) => links.graph.nodes[index]!);
  }

  #stateOf(node: Node): LayerState {
    const links = this.#quantized;
    const present = node.inputs.filter((name) => name !== '');
    const computed = present.filter((name) => !links.isConstant(name));
    const readsCodes = computed.length > 0 && computed.every((name) => isMadeOfCodes(links, name));
    const hasCodedWeights = present.some((name) => links.isConstant(name) && isMadeOfCodes(links, name));
    const givesCodes = links.readers(node.outputs[0] ?? '').some(isQuantize);
    if (readsCodes && (givesCodes || hasCodedWeights)) return 'integer';
    return hasCodedWeights ? 'weights' : 'float';
  }
}

/** Whether a value, or the constant it is computed from, comes out of a DequantizeLinear. */
export function isMadeOfCodes(links: Links, name: string): boolean {
  if (!links.isConstant(name)) {
    const maker = links.maker(name);
    return maker !== undefined && isDequantize(maker);
  }
  return coneOf(links, name, () => true).some((index) => isDequantize(links.graph.nodes[index]!));
}

function uniquelyNamed({ graph }: Links): Map<string, Node> {
  const named = new Map<string, Node>();
  const twice = new Set<string>();
  for (const node of graph.nodes) {
    if (node.name === '' || named.has(node.name)) twice.add(node.name);
    named.set(node.name, node);
  }
  for (const name of twice) named.delete(name);
  return named;
}
