// A net as calls of TensorFlow.js, with weights that stay.

import type { Activation, ConvLayer, DenseLayer, Net } from './net.js';
import { randomValues } from './net.js';

type Tensor = { dataSync(): ArrayLike<number>; readonly shape: readonly number[] };
type Fused = {
  readonly x: Tensor;
  readonly filter: Tensor;
  readonly bias: Tensor;
  readonly strides: number;
  readonly pad: 'same';
  readonly activation: 'linear' | 'relu' | 'relu6';
};

/** What is used of TensorFlow.js. */
export interface Tf {
  env(): { set(flag: string, value: boolean): void };
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  tensor(values: Float32Array, dims: readonly number[]): Tensor;
  tidy<T>(body: () => T): T;
  add(a: Tensor, b: Tensor): Tensor;
  relu(x: Tensor): Tensor;
  reshape(x: Tensor, dims: readonly number[]): Tensor;
  mean(x: Tensor, axes: readonly number[], keepDims: boolean): Tensor;
  maxPool(x: Tensor, kernel: number, strides: number, pad: 'same'): Tensor;
  readonly fused: {
    conv2d(options: Fused): Tensor;
    depthwiseConv2d(options: Fused): Tensor;
    matMul(options: { a: Tensor; b: Tensor; bias: Tensor; activation: Fused['activation'] }): Tensor;
  };
}

const activationOf = (activation: Activation): Fused['activation'] =>
  activation === 'none' ? 'linear' : activation;

/** One run of the net; the first number of its output. */
export function tfjsOf(tf: Tf, net: Net): () => number {
  const { size, channels } = net.shapes[0]!;
  const dims = [1, size, size, channels];
  const image = tf.tensor(randomValues(size * size * channels, 1, 1), dims);
  const weights = net.layers.map((layer) => ('channels' in layer ? weightsOf(tf, net, layer) : undefined));
  const value = (index: number, values: readonly Tensor[]): Tensor => {
    const layer = net.layers[index]!;
    const x = values[layer.input]!;
    if (layer.op === 'maxPool') return tf.maxPool(x, layer.kernel, layer.stride, 'same');
    if (layer.op === 'mean') return tf.mean(x, [1, 2], true);
    if (layer.op === 'add') {
      const sum = tf.add(x, values[layer.other]!);
      return layer.activation === 'none' ? sum : tf.relu(sum);
    }
    const [filter, bias] = weights[index]!;
    const activation = activationOf(layer.activation);
    if (layer.op === 'dense') {
      return tf.fused.matMul({ a: tf.reshape(x, [1, net.depth(layer)]), b: filter, bias, activation });
    }
    const run = layer.op === 'conv' ? tf.fused.conv2d : tf.fused.depthwiseConv2d;
    return run({ x, filter, bias, strides: layer.stride, pad: 'same', activation });
  };
  return () =>
    tf.tidy(() => {
      const values = [image];
      for (const index of net.layers.keys()) values.push(value(index, values));
      return values.at(-1)!.dataSync()[0]!;
    });
}

function weightsOf(tf: Tf, net: Net, layer: ConvLayer | DenseLayer): readonly [Tensor, Tensor] {
  const { kernel, bias } = net.weights(layer);
  const { channels: inputs } = net.shapes[layer.input]!;
  const dims =
    layer.op === 'dense'
      ? [net.depth(layer), layer.channels]
      : layer.op === 'conv'
        ? [layer.kernel, layer.kernel, inputs, layer.channels]
        : [layer.kernel, layer.kernel, inputs, 1];
  return [tf.tensor(kernel, dims), tf.tensor(bias, [bias.length])];
}
