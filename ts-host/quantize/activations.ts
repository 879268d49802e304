// What a graph itself tells about its activations, without data: after a BatchNormalization a channel is distributed as
// in training, with mean beta and deviation gamma · sqrt(variance / (variance + epsilon)); taken as normal, it is
// followed through the operators up to where it is used. Of a ReLU's output the mean is never 0, whatever comes in.
//
// A channel is a set of SAMPLES equally likely values, at first the quantiles of the normal distribution. An operator
// acts on each. Two operands are taken sample by sample: right for x · hardSigmoid(x), where both come from one
// normalization; for the sum of two branches the mean is right and the variance an upper bound.

import type { RunContext } from '../context.js';
import { float, integer } from '../ir/attributes.js';
import type { ConstantScope } from '../ir/constants.js';
import { isFloat } from '../ir/dtype.js';
import type { Node } from '../ir/model.js';
import { elementCount } from '../ir/tensor.js';
import { floatChunks } from '../tensor/floatChunks.js';
import type { Engine } from '../wasm/engine.js';

/** Medians of the upper eight of 16 equally likely slices of the normal distribution, times 1.0405: variance 1. */
const HALF = [0.0816, 0.2468, 0.4185, 0.6026, 0.8079, 1.0509, 1.3714, 1.9382];
const NORMAL: readonly number[] = [...HALF.map((z) => -z).reverse(), ...HALF];
const SAMPLES = NORMAL.length;

/** Operators further back than this are not looked at, nor constants of more elements. */
const MAX_DEPTH = 64;
const MAX_CHANNELS = 1 << 16;

/** Of a value behind a rectifier at most this share of its energy is negative: HardSwish leaves a little. */
const MOST_NEGATIVE = 1 / 16;

/** ReLU, bias, layer, pooling, and as many more. */
const GATE_STEPS = 8;

/** SAMPLES values per channel, channel by channel. One channel stands for any number of equal ones. */
type Samples = Float64Array;

export interface ChannelStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Who knows what the channels of activations are like. */
export interface ActivationStatistics {
  /** Mean and variance of the channels (axis 1) of a value, or undefined where nobody knows. */
  statistics(scope: ConstantScope, value: string): Promise<ChannelStatistics | undefined>;
}

/** Answers for the activations of a model; remembers what it found, within the memory limit, until `release`. */
export class Activations implements ActivationStatistics {
  readonly #engine: Engine;
  readonly #context: RunContext;
  #held = 0;
  readonly #found = new Map<ConstantScope, Map<string, Samples | undefined>>();
  readonly #producers = new Map<ConstantScope, Map<string, Node>>();

  constructor(engine: Engine, context: RunContext) {
    this.#engine = engine;
    this.#context = context;
  }

  /** Mean and variance of the channels (axis 1) of a value, or undefined when the graph does not tell. */
  async statistics(scope: ConstantScope, value: string): Promise<ChannelStatistics | undefined> {
    const samples = await this.#samples(scope, value, 0);
    const statistics = samples && statisticsOf(samples);
    return statistics?.variance.every(Number.isFinite) ? statistics : undefined;
  }

  /** Means of the channels of a value behind a rectifier, or undefined. What is cut on one side has much the same mean whatever
   *  comes in; of others the mean is that of the data trained on, often near 0, and other data have another. */
  async rectifiedMeans(scope: ConstantScope, value: string): Promise<Float64Array | undefined> {
    const samples = await this.#samples(scope, value, 0);
    // A single channel stands for any number, in a unit that nobody knows.
    if (samples === undefined || samples.length === SAMPLES) return undefined;
    let [negative, all] = [0, 0];
    for (const x of samples) {
      all += x * x;
      if (x < 0) negative += x * x;
    }
    return negative <= MOST_NEGATIVE * all && all < Infinity ? statisticsOf(samples).mean : undefined;
  }

  /** Forgets everything. */
  release(): void {
    this.#context.budget.release(this.#held);
    this.#held = 0;
    this.#found.clear();
    this.#producers.clear();
  }

  #hold(bytes: number): void {
    this.#context.budget.reserve(bytes, 'following the means of activations');
    this.#held += bytes;
  }

  async #samples(scope: ConstantScope, value: string, depth: number): Promise<Samples | undefined> {
    const found = this.#foundIn(scope);
    if (found.has(value) || depth > MAX_DEPTH) return found.get(value);
    found.set(value, undefined);
    const samples = (await this.#constant(scope, value)) ?? (await this.#computed(scope, value, depth));
    this.#hold(samples?.byteLength ?? 0);
    found.set(value, samples);
    return samples;
  }

  /** A constant that is one number, or one for each channel: dims [C, 1, 1] or [1, C, 1, 1]. */
  async #constant(scope: ConstantScope, value: string): Promise<Samples | undefined> {
    const dims = scope.find(value)?.tensor.dims;
    if (dims === undefined) return undefined;
    const axis = dims.length === 4 ? 1 : 0;
    const fits = dims.every((dim, i) => dim === 1 || (i === axis && dims.length > 2));
    const values = fits ? await this.#vector(scope, value) : undefined;
    return values && repeated(values, (number) => number);
  }

  async #computed(scope: ConstantScope, value: string, depth: number): Promise<Samples | undefined> {
    const node = this.#producersIn(scope).get(value);
    if (node === undefined || node.domain !== '' || node.outputs[0] !== value) return undefined;
    if (node.opType === 'BatchNormalization') return this.#normalized(scope, node);
    const rule = RULES[node.opType];
    if (rule === undefined) return undefined;
    const operands: (Samples | undefined)[] = [];
    for (const input of node.inputs.slice(0, rule.operands)) {
      operands.push(input === '' ? undefined : await this.#samples(scope, input, depth + 1));
    }
    const samples = rule.follow(node, operands);
    return samples === RECTIFIED && this.#isGate(scope, value) ? undefined : samples;
  }

  /** Whether a value is computed from a global pooling by a layer or two, as the gates of squeeze-and-excite blocks
   *  are: few values, most of them 0, of which it would be wrong to say that all have one mean. */
  #isGate(scope: ConstantScope, value: string): boolean {
    let at: string | undefined = value;
    for (let steps = 0; steps < GATE_STEPS; steps++) {
      const node: Node | undefined = this.#producersIn(scope).get(at ?? '');
      if (node?.opType === 'GlobalAveragePool' || node?.opType === 'ReduceMean') return true;
      at = node?.inputs[0];
    }
    return false;
  }

  async #normalized(scope: ConstantScope, node: Node): Promise<Samples | undefined> {
    const gamma = await this.#vector(scope, node.inputs[1]);
    const beta = await this.#vector(scope, node.inputs[2]);
    const variance = await this.#vector(scope, node.inputs[4]);
    if (gamma === undefined || beta?.length !== gamma.length || variance?.length !== gamma.length)
      return undefined;
    const epsilon = float(node, 'epsilon', 1e-5);
    return repeated(gamma, (scale, channel, z) => {
      const kept = Math.sqrt(variance[channel]! / (variance[channel]! + epsilon));
      return beta[channel]! + scale * kept * z;
    });
  }

  async #vector(scope: ConstantScope, value: string | undefined): Promise<Float32Array | undefined> {
    const tensor = scope.find(value)?.tensor;
    if (tensor === undefined || !isFloat(tensor.dtype)) return undefined;
    const count = elementCount(tensor.dims);
    if (count === 0 || count > MAX_CHANNELS) return undefined;
    const vector = new Float32Array(count);
    for await (const { start, values } of floatChunks(this.#engine, tensor, this.#context))
      vector.set(values, start);
    return vector;
  }

  #foundIn(scope: ConstantScope): Map<string, Samples | undefined> {
    const found = this.#found.get(scope) ?? new Map<string, Samples | undefined>();
    this.#found.set(scope, found);
    return found;
  }

  #producersIn(scope: ConstantScope): Map<string, Node> {
    const known = this.#producers.get(scope);
    if (known !== undefined) return known;
    const producers = new Map<string, Node>();
    for (const node of scope.graph.nodes) for (const output of node.outputs) producers.set(output, node);
    this.#producers.set(scope, producers);
    return producers;
  }
}

type Operands = readonly (Samples | undefined)[];

interface OperatorRule {
  /** How many of the inputs matter. */
  readonly operands: number;
  /** The output's samples; an operand is undefined when it is absent or nothing is known of it. */
  follow(node: Node, operands: Operands): Samples | undefined;
}

const clamp = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));

/** What a ReLU makes of a channel of which nothing is known: of mean 0 at first, in a unit that does not matter. */
const RECTIFIED: Samples = Float64Array.from(NORMAL, (z) => Math.max(0, z));

/** Pooling keeps the mean (that of the maximum is somewhat higher). */
const same: OperatorRule = { operands: 1, follow: (_node, [a]) => a };

const unary = (make: (node: Node) => (x: number) => number): OperatorRule => ({
  operands: 1,
  follow: (node, [a]) => a?.map(make(node)),
});

const binary = (action: (a: number, b: number) => number): OperatorRule => ({
  operands: 2,
  follow: (_node, [a, b]) => paired(a, b, action),
});

const RULES: Readonly<Record<string, OperatorRule>> = {
  Identity: same,
  Dropout: same,
  MaxPool: same,
  AveragePool: same,
  GlobalAveragePool: same,
  Relu: { operands: 1, follow: (_node, [a]) => a?.map((x) => Math.max(0, x)) ?? RECTIFIED },
  HardSwish: unary(() => (x) => x * clamp(x / 6 + 0.5, 0, 1)),
  LeakyRelu: unary((node) => {
    const alpha = float(node, 'alpha', 0.01);
    return (x) => (x < 0 ? alpha * x : x);
  }),
  HardSigmoid: unary((node) => {
    const [alpha, beta] = [float(node, 'alpha', 0.2), float(node, 'beta', 0.5)];
    return (x) => clamp(alpha * x + beta, 0, 1);
  }),
  Clip: { operands: 3, follow: clipped },
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Concat: { operands: Infinity, follow: joined },
};

/** Limits were attributes before opset 11; those given as inputs must be constants. */
function clipped(node: Node, [a, low, high]: Operands): Samples | undefined {
  if ((node.inputs[1] && low === undefined) || (node.inputs[2] && high === undefined)) return undefined;
  const min = low?.[0] ?? float(node, 'min', -Infinity);
  const max = high?.[0] ?? float(node, 'max', Infinity);
  return a?.map((x) => clamp(x, min, max)) ?? (min === 0 ? RECTIFIED : undefined);
}

/** Channels behind channels; one that stands for any number joins its equal only. */
function joined(node: Node, operands: Operands): Samples | undefined {
  if (operands.every((each) => each === RECTIFIED)) return RECTIFIED;
  if (integer(node, 'axis', 1) !== 1) return undefined;
  if (!operands.every((each) => each !== undefined && each.length > SAMPLES)) return undefined;
  const out = new Float64Array(operands.reduce((sum, each) => sum + each!.length, 0));
  let at = 0;
  for (const each of operands) {
    out.set(each!, at);
    at += each!.length;
  }
  return out;
}

/** The action on operands of equally many channels, or of one. */
function paired(
  a: Samples | undefined,
  b: Samples | undefined,
  action: (a: number, b: number) => number,
): Samples | undefined {
  if (a === undefined || b === undefined) return undefined;
  const length = Math.max(a.length, b.length);
  if ([a, b].some((each) => each.length !== length && each.length !== SAMPLES)) return undefined;
  const out = new Float64Array(length);
  for (let k = 0; k < length; k++) out[k] = action(a[k % a.length]!, b[k % b.length]!);
  return out;
}

/** SAMPLES values for each entry, made from it and the quantiles. */
function repeated(
  entries: Float32Array,
  make: (entry: number, channel: number, z: number) => number,
): Samples {
  const samples = new Float64Array(entries.length * SAMPLES);
  for (let k = 0; k < samples.length; k++) {
    const channel = Math.floor(k / SAMPLES);
    samples[k] = make(entries[channel]!, channel, NORMAL[k % SAMPLES]!);
  }
  return samples;
}

function statisticsOf(samples: Samples): ChannelStatistics {
  const channels = samples.length / SAMPLES;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    let squares = 0;
    for (let k = channel * SAMPLES; k < (channel + 1) * SAMPLES; k++) {
      sum += samples[k]!;
      squares += samples[k]! * samples[k]!;
    }
    mean[channel] = sum / SAMPLES;
    variance[channel] = Math.max(0, squares / SAMPLES - (sum / SAMPLES) * (sum / SAMPLES));
  }
  return { mean, variance };
}
