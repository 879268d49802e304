// Cross-layer equalization (Nagel et al., Data-Free Quantization Through Weight Equalization and Bias Correction, 2019): the
// channels of a value share one scale, so small ones have few codes beside large ones. Along a chain (chains.ts) channel i is
// divided by r[i] where it is made and multiplied by it where it is read:
//
//   r[i] = sqrt(range1[i] · range2[i]) / range2[i]     range1 of the value, range2 of what reads it, both per channel
//
// so that both have the range sqrt(range1 · range2). range1 is that of the activation, for weights have one scale for each
// output channel; where they have one for all, the range of the weight counts as well. A depthwise convolution has a scale
// for each channel that it reads too, so there r[i] = range1[i]: all channels get one range. r is 1 for the channel with
// the largest range. The first of two steps goes half the way, sqrt(r), after which the second goes the rest: weights pay
// for what activations gain, and often half is best.

import { GraphIndex } from '../ir/graphIndex.js';
import type { Model } from '../ir/model.js';
import type { Tensor } from '../ir/tensor.js';
import { vectorOf, vectorTensor } from '../passes/prepare/step.js';
import { boundsOf } from '../quantize/static/activations.js';
import { productsOf } from '../quantize/static/bias/products.js';
import { floatChunks } from '../tensor/floatChunks.js';
import { scaleLayout } from '../tensor/layout.js';
import { rangeOf } from '../tensor/range.js';
import { scaledData } from '../tensor/scaledValues.js';
import { type Chain, type ChainReader, chainsOf, isDepthwise } from './chains.js';
import type { ChannelSummary } from './channels.js';
import { measuredActivations } from './measured.js';
import type { RecoveryStep, RecoveryTools } from './step.js';

/** Factors lie within: what is smaller beside the largest channel is noise. */
const MOST_FACTOR = 2 ** 8;

/** How much of a factor is taken. */
type Share = (factor: number) => number;

const equalizing = (name: string, share: Share): RecoveryStep => ({
  name,
  level: 'best',
  async apply(draft, tools) {
    const index = new GraphIndex(draft.float.graph);
    const integer = new Set(productsOf(draft).map(({ at }) => at));
    const chains = chainsOf(index, await boundsOf(index, tools.context)).filter(({ readers }) =>
      readers.some(({ at }) => integer.has(at)),
    );
    if (chains.length === 0)
      return 'no product is followed by others without something between that does not scale';
    const names = new Set(chains.flatMap(({ readers }) => readers.map(({ node }) => node.inputs[0]!)));
    const seen = await tools.channels(draft.float, [...names]);
    const perTensor = draft.settings.weights.granularity === 'tensor';
    const equalizer = new Equalizer(draft.float, tools, seen, perTensor, share);
    for (const chain of chains) await equalizer.equalize(chain);
    if (equalizer.count === 0) return 'the channels have one range already';
    const float = equalizer.model();
    const inputs = productsOf(draft).map(({ node }) => node.inputs[0]!);
    const measured = await tools.channels(float, inputs);
    return tools.replan(draft, {
      float,
      model: float,
      stats: await tools.calibrate(float, draft.settings),
      activations: measuredActivations(measured),
      // What normalizations tell is of the channels as they were.
      biases: draft.biases === 'own' ? 'own' : new Map(measured),
    });
  },
});

export const equalizeHalf = equalizing('cross-layer equalization, half', Math.sqrt);
export const equalize = equalizing('cross-layer equalization', (factor) => factor);

class Equalizer {
  /** Chains that were changed. */
  count = 0;
  readonly #model: Model;
  readonly #tools: RecoveryTools;
  readonly #seen: ReadonlyMap<string, ChannelSummary>;
  readonly #perTensor: boolean;
  readonly #share: Share;
  readonly #initializers: Map<string, Tensor>;

  constructor(
    model: Model,
    tools: RecoveryTools,
    seen: ReadonlyMap<string, ChannelSummary>,
    perTensor: boolean,
    share: Share,
  ) {
    this.#model = model;
    this.#tools = tools;
    this.#seen = seen;
    this.#perTensor = perTensor;
    this.#share = share;
    this.#initializers = new Map(model.graph.initializers);
  }

  async equalize(chain: Chain): Promise<void> {
    const factors = await this.#factors(chain);
    if (factors.every((factor) => factor === 1)) return;
    this.count++;
    const { node, channelAxis } = chain;
    const inverse = factors.map((factor) => 1 / factor);
    this.#scale(node.inputs[1]!, channelAxis, inverse);
    if (node.inputs[2]) await this.#scaleBias(node.inputs[2], inverse);
    for (const reader of chain.readers) {
      const { inputAxis, multiplier, offset, weight } = reader;
      const all = new Float64Array(weight.dims[inputAxis]!).fill(1);
      for (const [channel, factor] of factors.entries()) {
        all.fill(factor, (offset + channel) * multiplier, (offset + channel + 1) * multiplier);
      }
      this.#scale(reader.node.inputs[1]!, inputAxis, all);
    }
  }

  model(): Model {
    return { ...this.#model, graph: { ...this.#model.graph, initializers: this.#initializers } };
  }

  #scale(name: string, axis: number, factor: Float64Array): void {
    const tensor = this.#initializers.get(name)!;
    const { dims } = tensor;
    const data = scaledData(this.#tools.engine, tensor, axis, factor);
    this.#initializers.set(name, { name, dtype: 'float32', dims, data });
  }

  async #scaleBias(name: string, factor: Float64Array): Promise<void> {
    const { engine, context } = this.#tools;
    const tensor = this.#initializers.get(name)!;
    const values = await vectorOf(tensor, { engine, context, fresh: (hint) => hint });
    const scaled = values.map((value, c) => value * factor[c]!);
    this.#initializers.set(name, { ...vectorTensor(name, scaled), dims: tensor.dims });
  }

  async #factors(chain: Chain): Promise<Float64Array> {
    const { channels } = chain;
    const activation = this.#activation(chain);
    const ones = new Float64Array(channels).fill(1);
    if (activation === undefined) return ones;
    const made = this.#perTensor ? await this.#made(chain) : ones;
    const read = await this.#read(chain.readers, channels);
    const wanted = activation.map((most, c) => {
      const range = most * made[c]!;
      if (!(range > 0) || !(read[c]! > 0)) return Number.NaN;
      return read[c] === Number.POSITIVE_INFINITY ? range : Math.sqrt(range / read[c]!);
    });
    const largest = activation.reduce((at, most, c) => (most > activation[at]! ? c : at), 0);
    const unit = wanted[largest]!;
    return wanted.map((factor) => {
      const relative = this.#share(factor / unit);
      return relative > 0 ? Math.min(MOST_FACTOR, Math.max(1 / MOST_FACTOR, relative)) : 1;
    });
  }

  /** Largest |x| of each channel where it is read. */
  #activation({ readers, channels }: Chain): Float64Array | undefined {
    const most = new Float64Array(channels);
    for (const { node, offset } of readers) {
      const seen = this.#seen.get(node.inputs[0]!);
      if (seen === undefined || seen.most.length < offset + channels) return undefined;
      for (let c = 0; c < channels; c++) most[c] = Math.max(most[c]!, seen.most[offset + c]!);
    }
    return most.every(Number.isFinite) ? most : undefined;
  }

  /** Range of the weight for each output channel. */
  async #made({ node, channelAxis }: Chain): Promise<Float64Array> {
    return this.#range(node.inputs[1]!, channelAxis);
  }

  /** Range of the weights for each channel that they read; infinite where only depthwise ones do, whose scales follow. */
  async #read(readers: readonly ChainReader[], channels: number): Promise<Float64Array> {
    const most = new Float64Array(channels);
    const dense = readers.filter((reader) => this.#perTensor || !isDepthwise(reader));
    if (dense.length === 0) return most.fill(Number.POSITIVE_INFINITY);
    for (const { node, inputAxis, offset, multiplier } of dense) {
      const range = await this.#range(node.inputs[1]!, inputAxis);
      for (let c = 0; c < channels * multiplier; c++) {
        const at = Math.floor(c / multiplier);
        most[at] = Math.max(most[at]!, range[offset * multiplier + c]!);
      }
    }
    return most;
  }

  async #range(name: string, axis: number): Promise<Float64Array> {
    const { engine, context } = this.#tools;
    const tensor = this.#initializers.get(name)!;
    const values = {
      tensor: name,
      budget: context.budget,
      chunks: () => floatChunks(engine, tensor, context),
    };
    const layout = scaleLayout(tensor.dims, { kind: 'channel', axis });
    const { min, max } = await rangeOf(engine, values, layout);
    return Float64Array.from(max, (each, c) => Math.max(each, -min[c]!));
  }
}
