// What follows a linear node and scales or shifts its channels (BatchNormalization, Mul, Add, Sub, Div by constants) goes into
// its weight and bias:
//
//   s · (W ∗ x + b) + t  =  (s · W) ∗ x + (s · b + t)
//
// Factors are composed in float64. The weight is scaled while it is read and never held; the value that the last folded
// node made is made by the linear node. A Gemm's alpha and beta go the same way.

import { float, integer } from '../../ir/attributes.js';
import { GraphIndex } from '../../ir/graphIndex.js';
import type { Graph, Node } from '../../ir/model.js';
import { elementCount, type Tensor } from '../../ir/tensor.js';
import { scaledData } from '../../tensor/scaledValues.js';
import { batchNormAffine, type ChannelAffine } from '../../wasm/kernels/fold.js';
import { type LinearNode, linearNode } from './linear.js';
import { type Step, type StepTools, vectorOf, vectorTensor } from './step.js';

export const foldAffine: Step = async (graph, tools) => {
  const folder = new Folder(graph, tools);
  for (const [at, node] of graph.nodes.entries()) {
    const linear = linearNode(node, folder.index);
    if (linear !== undefined) await folder.fold(at, linear);
  }
  return folder.finish();
};

/** What is done to the channels behind a linear node, all steps together. `scale` is undefined while it is 1. */
interface Chain {
  scale: Float64Array | undefined;
  shift: Float64Array;
  /** The value that the last step makes. */
  output: string;
  readonly removed: number[];
}

class Folder {
  readonly index: GraphIndex;
  readonly #tools: StepTools;
  readonly #nodes: (Node | undefined)[];
  readonly #initializers: Map<string, Tensor>;

  constructor(graph: Graph, tools: StepTools) {
    this.index = new GraphIndex(graph);
    this.#tools = tools;
    this.#nodes = [...graph.nodes];
    this.#initializers = new Map(graph.initializers);
  }

  async fold(at: number, linear: LinearNode): Promise<void> {
    const chain = await this.#chain(linear);
    const { node, alpha, beta } = linear;
    if (chain.removed.length === 0 && alpha === 1 && beta === 1) return;
    const inputs = [node.inputs[0]!, this.#weight(linear, chain)];
    const bias = await this.#bias(linear, chain);
    if (bias !== undefined) inputs.push(bias);
    const attributes = new Map([...node.attributes].filter(([name]) => name !== 'alpha' && name !== 'beta'));
    this.#nodes[at] = { ...node, inputs, attributes, outputs: [chain.output] };
    for (const index of chain.removed) this.#nodes[index] = undefined;
  }

  finish(): Graph {
    const nodes = this.#nodes.filter((node): node is Node => node !== undefined);
    return { ...this.index.graph, nodes, initializers: this.#initializers };
  }

  /** The nodes behind a linear one that can be folded, taken together. */
  async #chain(linear: LinearNode): Promise<Chain> {
    const shift = new Float64Array(linear.channels);
    const chain: Chain = { scale: undefined, shift, output: linear.node.outputs[0]!, removed: [] };
    for (;;) {
      const reader = this.index.onlyReader(chain.output);
      const affine = reader && (await this.#affine(reader.node, chain.output, linear));
      if (reader === undefined || affine === undefined) return chain;
      append(chain, affine);
      chain.output = reader.node.outputs[0]!;
      chain.removed.push(reader.index);
    }
  }

  /** What a node does to the channels of `value`, if that is all it does. */
  async #affine(node: Node, value: string, linear: LinearNode): Promise<Partial<ChannelAffine> | undefined> {
    if (node.domain !== '') return undefined;
    const affine =
      node.opType === 'BatchNormalization'
        ? await this.#batchNorm(node, value, linear)
        : await this.#arithmetic(node, value, linear);
    const finite = [affine?.scale, affine?.shift].every((each) => each?.every(Number.isFinite) ?? true);
    return finite ? affine : undefined;
  }

  async #batchNorm(node: Node, value: string, { channels }: LinearNode): Promise<ChannelAffine | undefined> {
    if (node.inputs[0] !== value || integer(node, 'training_mode', 0) !== 0) return undefined;
    const vectors: Float32Array[] = [];
    for (const name of node.inputs.slice(1, 5)) {
      const tensor = this.index.constant(name);
      if (tensor?.dtype !== 'float32' || elementCount(tensor.dims) !== channels) return undefined;
      vectors.push(await vectorOf(tensor, this.#tools));
    }
    const [gamma, beta, mean, variance] = vectors as [Float32Array, Float32Array, Float32Array, Float32Array];
    return batchNormAffine(this.#tools.engine, gamma, beta, mean, variance, float(node, 'epsilon', 1e-5));
  }

  async #arithmetic(
    { opType, inputs: [a, b] }: Node,
    value: string,
    linear: LinearNode,
  ): Promise<Partial<ChannelAffine> | undefined> {
    const isFirst = a === value;
    // other − value and other / value are no scaling.
    if (opType !== 'Mul' && opType !== 'Add' && !(isFirst && (opType === 'Sub' || opType === 'Div')))
      return undefined;
    const tensor = this.index.constant(isFirst ? b : a);
    if (tensor === undefined || !isPerChannel(tensor, linear)) return undefined;
    const vector = await vectorOf(tensor, this.#tools);
    const each = (make: (x: number) => number) =>
      Float64Array.from({ length: linear.channels }, (_, c) => make(vector[c % vector.length]!));
    switch (opType) {
      case 'Mul':
        return { scale: each((x) => x) };
      case 'Div':
        return { scale: each((x) => 1 / x) };
      case 'Add':
        return { shift: each((x) => x) };
      default:
        return { shift: each((x) => -x) };
    }
  }

  /** The weight as the chain wants it: under its own name where nobody else reads it. */
  #weight({ node, weight, channelAxis, channels, alpha }: LinearNode, { scale }: Chain): string {
    if (scale === undefined && alpha === 1) return node.inputs[1]!;
    const factor = (scale ?? new Float64Array(channels).fill(1)).map((each) => each * alpha);
    const { dims } = weight;
    const name = this.#nameFor(node.inputs[1]!);
    const data = scaledData(this.#tools.engine, { ...weight, name }, channelAxis, factor);
    this.#initializers.set(name, { name, dtype: 'float32', dims, data });
    return name;
  }

  async #bias({ node, bias, beta }: LinearNode, { scale, shift, output, removed }: Chain) {
    if (bias === undefined && removed.length === 0) return undefined;
    const own = bias === undefined ? new Float32Array(shift.length) : await vectorOf(bias, this.#tools);
    const values = Float32Array.from(shift, (each, c) => (scale?.[c] ?? 1) * (own[c]! * beta) + each);
    const name = bias === undefined ? this.#tools.fresh(`${output}_bias`) : this.#nameFor(node.inputs[2]!);
    this.#initializers.set(name, vectorTensor(name, values));
    return name;
  }

  #nameFor(name: string): string {
    return this.index.onlyReader(name) === undefined ? this.#tools.fresh(`${name}_folded`) : name;
  }
}

function append(chain: Chain, { scale, shift }: Partial<ChannelAffine>): void {
  for (let c = 0; c < chain.shift.length; c++) {
    chain.shift[c] = chain.shift[c]! * (scale?.[c] ?? 1) + (shift?.[c] ?? 0);
  }
  if (scale !== undefined) chain.scale = scale.map((each, c) => each * (chain.scale?.[c] ?? 1));
}

/** Whether a constant has one element, or one for each channel: aligned with [N, C, D1, …], all other dims are 1. */
function isPerChannel({ dtype, dims }: Tensor, { channels, rank }: LinearNode): boolean {
  if (dtype !== 'float32' || dims.length > rank) return false;
  const count = elementCount(dims);
  const aligned = [...Array<number>(rank - dims.length).fill(1), ...dims];
  return count === 1 || (aligned[1] === channels && count === channels);
}
