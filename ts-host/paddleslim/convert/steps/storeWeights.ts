// Weights become int8 codes, with DequantizeLinear in front of who reads them, and the biases of products int32 codes at the scale of
// their sums. What was folded into a weight has changed its steps:
//
//   w' = f[c] · code · step        step'[c] = |f[c]| · step, and the codes are what they were, or all of the other sign
//
// |f[c]| is the largest |w'| of the channel over the largest |w|.

import { flag } from '../../../ir/attributes.js';
import { GraphIndex } from '../../../ir/graphIndex.js';
import type { Graph, Node } from '../../../ir/model.js';
import type { Granularity } from '../../../ir/plan.js';
import { elementCount, type Tensor } from '../../../ir/tensor.js';
import { vectorOf } from '../../../passes/prepare/step.js';
import { removeUnused } from '../../../passes/prepare/unused.js';
import { biasData } from '../../../tensor/biasCodes.js';
import { codesData } from '../../../tensor/codes.js';
import { floatChunks } from '../../../tensor/floatChunks.js';
import { scaleLayout } from '../../../tensor/layout.js';
import { rangeOf } from '../../../tensor/range.js';
import { Constants } from '../constants.js';
import { makeNode } from '../nodes.js';
import { MOST_BIAS_CODE, withRoomForBias } from '../roomForBias.js';
import type { CodedWeight, ConvertState, ConvertStep, ConvertTools } from '../step.js';
import { stepOfInput } from '../stepOfInput.js';

export const storeWeights: ConvertStep = {
  name: 'store-weights',
  async run(state, tools) {
    const storer = new Storer(state, tools);
    return { ...state, graph: removeUnused(await storer.stored()) };
  },
};

interface Bias {
  readonly tensor: Tensor;
  readonly values: ArrayLike<number> & { every(test: (value: number, at: number) => boolean): boolean };
  /** Step of the codes that the product reads. */
  readonly inputStep: number;
}

class Storer {
  readonly #state: ConvertState;
  readonly #tools: ConvertTools;
  readonly #index: GraphIndex;
  readonly #constants: Constants;
  readonly #nodes: Node[] = [];
  /** What is stored already, by the name of the weight. */
  readonly #stored = new Map<string, { readonly output: string; readonly steps: Float32Array }>();

  constructor(state: ConvertState, tools: ConvertTools) {
    this.#state = state;
    this.#tools = tools;
    this.#index = new GraphIndex(state.graph);
    this.#constants = new Constants(state.graph.initializers, tools.fresh);
  }

  async stored(): Promise<Graph> {
    const { graph, weights } = this.#state;
    for (const node of graph.nodes) {
      const weight = weights.get(node.name);
      this.#nodes.push(weight === undefined ? node : await this.#withCodes(node, weight));
    }
    return { ...graph, nodes: this.#nodes, initializers: this.#constants.initializers };
  }

  async #withCodes(node: Node, weight: CodedWeight): Promise<Node> {
    const name = node.inputs[weight.input]!;
    const tensor = this.#index.constant(name);
    if (tensor === undefined) return node;
    const bias = await this.#biasOf(node);
    const { output, steps } = this.#stored.get(name) ?? (await this.#store(node, tensor, weight, bias));
    const inputs = node.inputs.with(weight.input, output);
    const stored = bias && this.#storeBias(bias, steps);
    return { ...node, inputs: stored === undefined ? inputs : inputs.with(2, stored) };
  }

  async #store(node: Node, tensor: Tensor, weight: CodedWeight, bias: Bias | undefined) {
    const { engine } = this.#tools;
    const { name, dims } = tensor;
    const { steps: exact, axis } = await this.#stepsOf(node, tensor, weight);
    const hasRoom = bias === undefined || axis === undefined || exact.length !== bias.values.length;
    const steps = hasRoom ? exact : withRoomForBias(exact, bias.values, bias.inputStep);
    const granularity: Granularity = axis === undefined ? { kind: 'tensor' } : { kind: 'channel', axis };
    const zeroPoint = new Int32Array(steps.length);
    const params = { layout: scaleLayout(dims, granularity), scale: steps, zeroPoint, qmin: -128, qmax: 127 };
    const data = codesData(engine, tensor, 'int8', params);
    const codes = this.#constants.add({ name: `${name}_codes`, dtype: 'int8', dims, data });
    const values = axis === undefined ? steps[0]! : steps;
    const scale = this.#constants.of(`${name}_scale`, 'float32', values);
    const zeros = this.#constants.of(`${name}_zero_point`, 'int8', axis === undefined ? 0 : zeroPoint);
    const output = this.#tools.fresh(`${name}_dequantized`);
    this.#nodes.push(makeNode('DequantizeLinear', [codes, scale, zeros], output, axis));
    this.#stored.set(name, { output, steps });
    return { output, steps };
  }

  /** The steps of a weight as it is now. */
  async #stepsOf(node: Node, tensor: Tensor, { tensor: before, steps, axis }: CodedWeight) {
    if (tensor.data === before.data) return { steps, axis };
    const along =
      axis ?? (node.opType === 'Conv' ? 0 : node.opType === 'Gemm' && flag(node, 'transB') ? 0 : 1);
    const [most, mostBefore] = [await this.#extremes(tensor, along), await this.#extremes(before, along)];
    const changed = most.map((each, channel) => {
      const step = steps[steps.length === 1 ? 0 : channel]!;
      // A channel of zeros, or one that was folded away, keeps its step.
      return each > 0 ? Math.fround(step * (each / mostBefore[channel]!)) : step;
    });
    return { steps: changed, axis: along };
  }

  /** The largest |w| of each channel. */
  async #extremes(tensor: Tensor, axis: number): Promise<Float32Array> {
    const { engine, context } = this.#tools;
    const chunks = () => floatChunks(engine, tensor, context);
    const values = { tensor: tensor.name, budget: context.budget, chunks };
    const { min, max } = await rangeOf(engine, values, scaleLayout(tensor.dims, { kind: 'channel', axis }));
    return max.map((each, at) => Math.max(each, -min[at]!));
  }

  /** The bias of a product whose input is codes. */
  async #biasOf(node: Node): Promise<Bias | undefined> {
    const isProduct = node.domain === '' && (node.opType === 'Conv' || node.opType === 'Gemm');
    const tensor = isProduct ? this.#index.constant(node.inputs[2]) : undefined;
    const inputStep = stepOfInput(this.#index, this.#state.reads, node);
    if (tensor?.dtype !== 'float32' || inputStep === undefined) return undefined;
    return { tensor, values: await vectorOf(tensor, this.#tools), inputStep };
  }

  /** What a product reads in place of its bias; undefined where that stays as it is, being too large for the scale of its sums. */
  #storeBias({ tensor, values, inputStep }: Bias, steps: Float32Array): string | undefined {
    const scale = steps.map((each) => each * inputStep);
    const isOne = scale.length === 1;
    const fits = values.every((value, c) => Math.abs(value) < MOST_BIAS_CODE * scale[isOne ? 0 : c]!);
    if (!fits || (!isOne && scale.length !== values.length)) return undefined;
    const data = biasData(this.#tools.engine, tensor, scale);
    const { name } = tensor;
    const dims = [elementCount(tensor.dims)];
    const codes = this.#constants.add({ name: `${name}_codes`, dtype: 'int32', dims, data });
    const scaleName = this.#constants.of(`${name}_scale`, 'float32', isOne ? scale[0]! : scale);
    const output = this.#tools.fresh(`${name}_dequantized`);
    this.#nodes.push(makeNode('DequantizeLinear', [codes, scaleName], output, isOne ? undefined : 0));
    return output;
  }
}
