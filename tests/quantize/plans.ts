// A model with a node for every form, and the plans that use them: ground for the tests of edited plans.

import type { QuantizeOptions } from '../../ts-host/index.js';
import { conv, floats, gather, gemm, matMul, model, node, tensor, value } from '../support/onnxBuilder.js';
import { Rng } from '../support/rng.js';
import { floatBytes } from '../support/tensors.js';

const weight = (name: string, dims: readonly number[]) =>
  floats(name, dims, new Rng(name.length).normal(dims.reduce((a, b) => a * b, 1)));

/** ids → table → Conv → MatMul → Gemm; beside it a MatMul in float64. */
export const MANY_FORMS: Uint8Array = model({
  nodes: [
    gather('table', 'ids', 'e', 0, 'gather'),
    node('Reshape', ['e', 'shape'], ['image'], {}, { name: 'reshape' }),
    conv('image', 'kernel', undefined, 'c', {}, 'conv'),
    node('Reshape', ['c', 'flat'], ['f'], {}, { name: 'flatten' }),
    matMul('f', 'matrix', 'm', 'matmul'),
    gemm('m', 'turned', 'bias', 'y', { transB: 1n }, 'gemm'),
    matMul('d', 'double', 'z', 'matmul64'),
  ],
  initializers: [
    weight('table', [40, 64]),
    tensor('shape', 'int64', [4], new Uint8Array(BigInt64Array.of(1n, 64n, 2n, 2n).buffer)),
    weight('kernel', [32, 64, 1, 1]),
    tensor('flat', 'int64', [2], new Uint8Array(BigInt64Array.of(4n, 32n).buffer)),
    weight('matrix', [32, 48]),
    weight('turned', [40, 48]),
    weight('bias', [40]),
    tensor('double', 'float64', [32, 32], floatBytes('float64', new Rng(9).normal(1024))),
  ],
  inputs: [value('ids', [4], 'int64'), value('d', [2, 32], 'float64')],
  outputs: [value('y', [4, 40]), value('z', [2, 32], 'float64')],
});

export const MANY_OPTIONS: readonly QuantizeOptions[] = [
  { mode: 'weights' },
  { mode: 'weights', symmetric: true, granularity: 'tensor' },
  { mode: 'weights', bits: 4 },
  { mode: 'weights', bits: 4, symmetric: true, blockSize: 16 },
  { mode: 'weights', bits: 4, blockForm: 'qdq' },
  { mode: 'weights', bits: 16 },
  { mode: 'weights', bits: 2, blockSize: 16 },
  { mode: 'dynamic', convInteger: true },
  { mode: 'dynamic', weightType: 'uint8' },
  { mode: 'embedding', bits: 8, granularity: 'block' },
  { mode: 'fp16' },
];
