// A net as a float TensorFlow Lite file, for LiteRT. Tables are written by the slots of their fields, in the order of
// TensorFlow Lite's schema.

import { Builder, type Offset } from 'flatbuffers';
import type { Activation, ConvLayer, DenseLayer, Layer, Net } from './net.js';

/** Numbers of the schema: of a builtin operator, and of the union member that holds its options. */
const OPERATORS = {
  add: { code: 0, options: 11 },
  mean: { code: 1, options: 5 },
  conv: { code: 3, options: 1 },
  depthwise: { code: 4, options: 2 },
  dense: { code: 9, options: 8 },
  maxPool: { code: 17, options: 5 },
} as const;
const NAMES = Object.keys(OPERATORS) as Layer['op'][];
const ACTIVATIONS: Readonly<Record<Activation, number>> = { none: 0, relu: 1, relu6: 3 };
const [SAME, VALID] = [0, 1];

export function tfliteOf(net: Net): Uint8Array {
  return new Writer(net).bytes();
}

/** How a field is put into a table. */
type Field = readonly [slot: number, kind: 'int8' | 'int32' | 'offset', value: number];

class Writer {
  readonly #net: Net;
  readonly #builder = new Builder(1 << 20);
  readonly #tensors: Offset[] = [];
  /** The first is empty, by custom: values that are computed name it. */
  readonly #buffers: Offset[] = [];

  constructor(net: Net) {
    this.#net = net;
    this.#buffers.push(this.#table([]));
  }

  bytes(): Uint8Array {
    const { layers, shapes } = this.#net;
    const values = shapes.map((shape, i) => {
      const { size, channels } = shape;
      const isFlat = layers[i - 1]?.op === 'dense';
      return this.#tensor(`value${i}`, isFlat ? [1, channels] : [1, size, size, channels], 0);
    });
    const operators = layers.map((layer, i) => this.#operator(layer, values[i + 1]!, values));
    const graph = this.#table([
      [0, 'offset', this.#offsets(this.#tensors)],
      [1, 'offset', this.#ints([values[0]!])],
      [2, 'offset', this.#ints([values.at(-1)!])],
      [3, 'offset', this.#offsets(operators)],
    ]);
    const codes = NAMES.map((name) => this.#operatorCode(name));
    const root = this.#table([
      [0, 'int32', 3],
      [1, 'offset', this.#offsets(codes)],
      [2, 'offset', this.#offsets([graph])],
      [4, 'offset', this.#offsets(this.#buffers)],
    ]);
    this.#builder.finish(root, 'TFL3');
    return this.#builder.asUint8Array();
  }

  #operatorCode(name: Layer['op']): Offset {
    const { code } = OPERATORS[name];
    return this.#table([
      [0, 'int8', code],
      [2, 'int32', 1],
      [3, 'int32', code],
    ]);
  }

  #operator(layer: Layer, output: number, values: readonly number[]): Offset {
    const inputs = [values[layer.input]!, ...this.#operands(layer, values)];
    const options = this.#table(this.#options(layer));
    return this.#table([
      [0, 'int32', NAMES.indexOf(layer.op)],
      [1, 'offset', this.#ints(inputs)],
      [2, 'offset', this.#ints([output])],
      [3, 'int8', OPERATORS[layer.op].options],
      [4, 'offset', options],
    ]);
  }

  #operands(layer: Layer, values: readonly number[]): number[] {
    if (layer.op === 'add') return [values[layer.other]!];
    if (layer.op === 'mean' || layer.op === 'maxPool') return [];
    return this.#weights(layer);
  }

  #weights(layer: ConvLayer | DenseLayer): number[] {
    const { kernel, bias } = this.#net.weights(layer);
    const name = `weights${this.#tensors.length}`;
    return [
      this.#tensor(name, this.#kernelDims(layer), this.#buffer(kernel)),
      this.#tensor(`${name}_bias`, [bias.length], this.#buffer(bias)),
    ];
  }

  /** Channels of the output first, those of the input last. */
  #kernelDims(layer: ConvLayer | DenseLayer): number[] {
    if (layer.op === 'dense') return [layer.channels, this.#net.depth(layer)];
    const { kernel, channels } = layer;
    const { channels: inputs } = this.#net.shapes[layer.input]!;
    return layer.op === 'conv' ? [channels, kernel, kernel, inputs] : [1, kernel, kernel, channels];
  }

  #options(layer: Layer): Field[] {
    if (layer.op === 'add' || layer.op === 'dense') return [[0, 'int8', ACTIVATIONS[layer.activation]]];
    const window = layer.op === 'mean' ? this.#net.shapes[layer.input]!.size : layer.kernel;
    const stride = layer.op === 'mean' ? 1 : layer.stride;
    const common: Field[] = [
      [0, 'int8', layer.op === 'mean' ? VALID : SAME],
      [1, 'int32', stride],
      [2, 'int32', stride],
    ];
    if (layer.op === 'mean' || layer.op === 'maxPool') {
      return [...common, [3, 'int32', window], [4, 'int32', window], [5, 'int8', 0]];
    }
    const activation = ACTIVATIONS[layer.activation];
    if (layer.op === 'conv') return [...common, [3, 'int8', activation], [4, 'int32', 1], [5, 'int32', 1]];
    return [...common, [3, 'int32', 1], [4, 'int8', activation], [5, 'int32', 1], [6, 'int32', 1]];
  }

  /** Number of a new float32 tensor. */
  #tensor(name: string, dims: readonly number[], buffer: number): number {
    const text = this.#builder.createString(name);
    const tensor = this.#table([
      [0, 'offset', this.#ints(dims)],
      [1, 'int8', 0],
      [2, 'int32', buffer],
      [3, 'offset', text],
    ]);
    return this.#tensors.push(tensor) - 1;
  }

  /** Number of a new buffer. Its bytes must be aligned: kernels read them in place. */
  #buffer(values: Float32Array): number {
    this.#builder.startVector(1, values.byteLength, 16);
    for (let i = values.length - 1; i >= 0; i--) this.#builder.addFloat32(values[i]!);
    const vector = this.#builder.endVector();
    return this.#buffers.push(this.#table([[0, 'offset', vector]])) - 1;
  }

  #ints(values: readonly number[]): Offset {
    this.#builder.startVector(4, values.length, 4);
    for (const each of [...values].reverse()) this.#builder.addInt32(each);
    return this.#builder.endVector();
  }

  #offsets(values: readonly Offset[]): Offset {
    this.#builder.startVector(4, values.length, 4);
    for (const each of [...values].reverse()) this.#builder.addOffset(each);
    return this.#builder.endVector();
  }

  #table(fields: readonly Field[]): Offset {
    this.#builder.startObject(8);
    for (const [slot, kind, value] of fields) {
      if (kind === 'offset') this.#builder.addFieldOffset(slot, value, 0);
      else if (kind === 'int8') this.#builder.addFieldInt8(slot, value, -1);
      else this.#builder.addFieldInt32(slot, value, -1);
    }
    return this.#builder.endObject();
  }
}
