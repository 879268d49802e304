// A small model of everything the modes know: a table lookup, MatMul, Gemm both ways round, convolutions (grouped
// and depthwise too) and a nested graph, with weights that sit on the edges where runtimes could differ: ties
// between two codes, both zeros, subnormals, channels of all sizes from 1e-38 to 1e30.

import {
  constant,
  conv,
  floats,
  gather,
  gemm,
  graph,
  ifNode,
  matMul,
  model,
  node,
  tensor,
  value,
} from '../../support/onnxBuilder.js';
import { Rng } from '../../support/rng.js';

const VOCABULARY = 211;
const WIDTH = 96;
const HIDDEN = 67;
const CHANNELS = 13;

/** Rows of rising size; every row holds multiples of half a code of its own absmax scale, and the odd values. */
function edges(rows: number, columns: number): Float32Array {
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const size = 10 ** (-38 + (68 * row) / rows);
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = (size * (((column * 37) % 509) - 254)) / 254;
    }
    values.set([0, -0, 1e-45, -1e-40], row * columns + 3);
  }
  return values;
}

export function syntheticModel(): Uint8Array {
  const random = new Rng(20);
  const normal = (name: string, dims: number[]) =>
    floats(
      name,
      dims,
      random.normal(
        dims.reduce((a, b) => a * b, 1),
        0.05,
      ),
    );
  const branch = (name: string) =>
    graph({
      name,
      nodes: [
        constant('inner', normal('inner', [WIDTH, 24]), `${name}_weight`),
        matMul('gemm', 'inner', `${name}_y`),
      ],
      outputs: [value(`${name}_y`, ['n', 24])],
    });
  return model({
    nodes: [
      gather('table', 'ids', 'rows', 0, 'lookup'),
      matMul('rows', 'square', 'mixed', 'mix'),
      matMul('mixed', 'edges', 'wide', 'edge_cases'),
      gemm('wide', 'back', 'bias', 'gemm', { transB: 1n }, 'back_to_width'),
      ifNode('condition', 'chosen', branch('yes'), branch('no')),
      conv('image', 'kernel', 'kernel_bias', 'features', { kernel_shape: [3n, 3n] }, 'conv'),
      conv('features', 'depthwise', undefined, 'spread', { group: BigInt(CHANNELS) }, 'depthwise_conv'),
      node('Relu', ['spread'], ['activated']),
    ],
    initializers: [
      normal('table', [VOCABULARY, WIDTH]),
      normal('square', [WIDTH, WIDTH]),
      floats('edges', [WIDTH, HIDDEN], edges(WIDTH, HIDDEN)),
      normal('back', [WIDTH, HIDDEN]),
      normal('bias', [WIDTH]),
      normal('kernel', [CHANNELS, 3, 3, 3]),
      normal('kernel_bias', [CHANNELS]),
      normal('depthwise', [CHANNELS, 1, 5, 5]),
      tensor('condition', 'bool', [], Uint8Array.of(1)),
    ],
    inputs: [value('ids', ['n'], 'int64'), value('image', [1, 3, 17, 17])],
    outputs: [value('chosen', ['n', 24]), value('activated', [1, CHANNELS, 11, 11])],
  });
}
