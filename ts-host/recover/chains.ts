// Chains for equalization: a product, and what follows it as far as the products that read its channels.
//
//   Conv ─► Relu ─► MaxPool ─► Conv              dividing channel i of the first by r[i] and multiplying what the last
//      └──────► Concat ──────► Conv              read of it by r[i] changes nothing
//
// That holds where everything in between keeps channels apart and passes a positive factor through: f(x / r) = f(x) / r.
// HardSwish, Sigmoid and other curves do not, nor does Add with something else, nor Clip(0, 6): its bound would have to be
// another one for each channel, which no Clip has. To keep the bound for all, and let channels that stayed below it on the
// samples grow, costs more than it gains: other samples do reach it.

import { flag, integer } from '../ir/attributes.js';
import type { GraphIndex } from '../ir/graphIndex.js';
import type { Node } from '../ir/model.js';
import { type LinearNode, linearNode } from '../passes/prepare/linear.js';
import type { Bounds } from '../quantize/static/activations.js';

export interface ChainReader extends LinearNode {
  readonly at: number;
  /** Where the chain's channels begin in its input. */
  readonly offset: number;
  /** Axis of its weight that runs over its input channels. */
  readonly inputAxis: number;
  /** Channels of that axis for one of the input: 1, or what a depthwise convolution makes of each. */
  readonly multiplier: number;
}

export interface Chain extends LinearNode {
  readonly at: number;
  readonly readers: readonly ChainReader[];
}

/** f(x / r) = f(x) / r for r > 0, channel by channel. */
const HOMOGENEOUS: ReadonlySet<string> = new Set([
  'Relu',
  'LeakyRelu',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
]);

/** In graph order. @param bounds - of Relu and Clip nodes, by index */
export function chainsOf(index: GraphIndex, bounds: ReadonlyMap<number, Bounds>): Chain[] {
  return index.graph.nodes.flatMap((node, at): Chain[] => {
    const linear = linearNode(node, index);
    if (linear === undefined || !isOwn(linear, index)) return [];
    const walk = new Walk(index, bounds, node.opType);
    return walk.follow(node.outputs[0]!, 0) && walk.readers.length > 0
      ? [{ ...linear, at, readers: walk.readers }]
      : [];
  });
}

/** Whether nobody else reads its weight and bias, and it does not rescale them. */
function isOwn({ node, alpha, beta }: LinearNode, index: GraphIndex): boolean {
  const own = node.inputs.slice(1).every((name) => name === '' || index.onlyReader(name) !== undefined);
  return own && alpha === 1 && beta === 1;
}

class Walk {
  readonly readers: ChainReader[] = [];
  readonly #index: GraphIndex;
  readonly #bounds: ReadonlyMap<number, Bounds>;
  /** What the chain begins with: convolutions and Gemms have their channels at different places. */
  readonly #opType: string;

  constructor(index: GraphIndex, bounds: ReadonlyMap<number, Bounds>, opType: string) {
    this.#index = index;
    this.#bounds = bounds;
    this.#opType = opType;
  }

  /** Whether all that reads a value can be part of the chain. */
  follow(value: string, offset: number): boolean {
    const readers = this.#index.readers(value);
    if (this.#index.isOutput(value) || readers.length === 0) return false;
    return readers.every((at) => this.#reader(at, value, offset));
  }

  #reader(at: number, value: string, offset: number): boolean {
    const node = this.#index.graph.nodes[at]!;
    if (node.domain !== '' || node.inputs.filter((name) => name === value).length !== 1) return false;
    if (node.opType === 'Concat') return this.#concat(node, value, offset);
    if (node.inputs[0] !== value) return false;
    if (this.#isHomogeneous(at)) return !node.outputs[1] && this.follow(node.outputs[0]!, offset);
    const reader = this.#product(node, at, offset);
    if (reader !== undefined) this.readers.push(reader);
    return reader !== undefined;
  }

  /** Clip(0, ∞) is Relu. */
  #isHomogeneous(at: number): boolean {
    const bounds = this.#bounds.get(at);
    if (bounds !== undefined) return bounds.low === 0 && bounds.high === Number.POSITIVE_INFINITY;
    return HOMOGENEOUS.has(this.#index.graph.nodes[at]!.opType);
  }

  #concat(node: Node, value: string, offset: number): boolean {
    if (integer(node, 'axis', 0) !== 1) return false;
    let before = 0;
    for (const name of node.inputs) {
      if (name === value) return this.follow(node.outputs[0]!, offset + before);
      const channels = this.#channelsOf(name);
      if (channels === undefined) return false;
      before += channels;
    }
    return false;
  }

  #channelsOf(value: string): number | undefined {
    const at = this.#index.maker(value);
    const node = at === undefined ? undefined : this.#index.graph.nodes[at]!;
    if (node === undefined || node.domain !== '') return undefined;
    if (this.#isHomogeneous(at!)) return this.#channelsOf(node.inputs[0]!);
    if (node.opType !== 'Concat') return linearNode(node, this.#index)?.channels;
    const each = node.inputs.map((name) => this.#channelsOf(name));
    return integer(node, 'axis', 0) === 1 && !each.includes(undefined)
      ? each.reduce((sum: number, channels) => sum + channels!, 0)
      : undefined;
  }

  #product(node: Node, at: number, offset: number): ChainReader | undefined {
    const linear = linearNode(node, this.#index);
    if (linear === undefined || this.#index.onlyReader(node.inputs[1]!) === undefined) return undefined;
    if ((node.opType === 'Gemm') !== (this.#opType === 'Gemm')) return undefined;
    if (node.opType === 'Gemm') {
      if (flag(node, 'transA')) return undefined;
      return { ...linear, at, offset, inputAxis: 1 - linear.channelAxis, multiplier: 1 };
    }
    const groups = integer(node, 'group', 1);
    const inputs = linear.weight.dims[1]!;
    const base = { ...linear, at, offset };
    if (node.opType === 'ConvTranspose') return { ...base, inputAxis: 0, multiplier: 1 };
    if (groups === 1) return { ...base, inputAxis: 1, multiplier: 1 };
    if (inputs !== 1 || linear.channels % groups !== 0) return undefined;
    return { ...base, inputAxis: 0, multiplier: linear.channels / groups };
  }
}

/** Whether each input channel has scales of its own in the weight: then only the activation gains from a factor. */
export const isDepthwise = ({ inputAxis, node }: ChainReader): boolean =>
  node.opType === 'Conv' && inputAxis === 0;
