// A convolutional net as a list of layers, from which the formats of several engines are made: for speed only, its weights
// are random. Spatial sizes are halved by padding as TensorFlow's SAME does, in every format alike.

export type Activation = 'none' | 'relu' | 'relu6';

/** Number of a value: 0 is the input, i + 1 what layer i makes. */
export type ValueRef = number;

interface Windowed {
  readonly input: ValueRef;
  readonly kernel: number;
  readonly stride: number;
}

export interface ConvLayer extends Windowed {
  readonly op: 'conv' | 'depthwise';
  /** Of the output. */
  readonly channels: number;
  readonly activation: Activation;
}

export interface PoolLayer extends Windowed {
  readonly op: 'maxPool';
}

export interface AddLayer {
  readonly op: 'add';
  readonly input: ValueRef;
  readonly other: ValueRef;
  readonly activation: Activation;
}

/** Mean over height and width, which become 1. */
export interface MeanLayer {
  readonly op: 'mean';
  readonly input: ValueRef;
}

/** A product of all values of a picture: [H, W, C] becomes [channels]. */
export interface DenseLayer {
  readonly op: 'dense';
  readonly input: ValueRef;
  readonly channels: number;
  readonly activation: Activation;
}

export type Layer = ConvLayer | PoolLayer | AddLayer | MeanLayer | DenseLayer;

/** Height and width, which are equal, and channels. */
export interface Shape {
  readonly size: number;
  readonly channels: number;
}

export class Net {
  readonly name: string;
  readonly layers: Layer[] = [];
  /** Of each value. */
  readonly shapes: Shape[];
  #weights = 0;

  constructor(name: string, input: Shape) {
    this.name = name;
    this.shapes = [input];
  }

  get last(): ValueRef {
    return this.layers.length;
  }

  conv(
    kernel: number,
    stride: number,
    channels: number,
    activation: Activation,
    input = this.last,
  ): ValueRef {
    return this.#add({ op: 'conv', input, kernel, stride, channels, activation }, stride, channels);
  }

  depthwise(kernel: number, stride: number, activation: Activation, input = this.last): ValueRef {
    const { channels } = this.shapes[input]!;
    return this.#add({ op: 'depthwise', input, kernel, stride, channels, activation }, stride, channels);
  }

  maxPool(kernel: number, stride: number, input = this.last): ValueRef {
    return this.#add({ op: 'maxPool', input, kernel, stride }, stride, this.shapes[input]!.channels);
  }

  add(other: ValueRef, activation: Activation, input = this.last): ValueRef {
    return this.#add({ op: 'add', input, other, activation }, 1, this.shapes[input]!.channels);
  }

  mean(input = this.last): ValueRef {
    const { size, channels } = this.shapes[input]!;
    return this.#add({ op: 'mean', input }, size, channels);
  }

  dense(channels: number, activation: Activation, input = this.last): ValueRef {
    return this.#add({ op: 'dense', input, channels, activation }, this.shapes[input]!.size, channels);
  }

  #add(layer: Layer, stride: number, channels: number): ValueRef {
    const { size } = this.shapes[layer.input]!;
    this.layers.push(layer);
    this.shapes.push({ size: Math.ceil(size / stride), channels });
    return this.last;
  }

  /** Values that each output of a layer is a sum over: its weights have as many for each channel. */
  depth(layer: ConvLayer | DenseLayer): number {
    const { size, channels } = this.shapes[layer.input]!;
    if (layer.op === 'dense') return size * size * channels;
    return layer.kernel ** 2 * (layer.op === 'conv' ? channels : 1);
  }

  /** Random weights that keep the size of values: uniform, of variance 2 / depth. */
  weights(layer: ConvLayer | DenseLayer): { readonly kernel: Float32Array; readonly bias: Float32Array } {
    const depth = this.depth(layer);
    const bound = Math.sqrt(6 / depth);
    const kernel = randomValues(depth * layer.channels, bound, ++this.#weights);
    return { kernel, bias: randomValues(layer.channels, 0.1, ++this.#weights) };
  }
}

/** Drawn values are repeated from here on: a prime, so that channels differ. */
const PERIOD = 262_147;

/** Uniform in [-bound, bound), the same for a seed everywhere. */
export function randomValues(count: number, bound: number, seed: number): Float32Array {
  const values = new Float32Array(count);
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  for (let i = 0; i < Math.min(count, PERIOD); i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 31 - 1) * bound;
  }
  for (let filled = PERIOD; filled < count; filled *= 2) {
    values.copyWithin(filled, 0, Math.min(filled, count - filled));
  }
  return values;
}

/** Rows and columns that a window adds in front and behind. */
export function samePadding(size: number, kernel: number, stride: number): readonly [number, number] {
  const all = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
  return [all >> 1, all - (all >> 1)];
}
