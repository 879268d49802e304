// MaxPool, AveragePool and LpPool against onnxruntime.

import { describe } from 'node:test';
import type { AttributeInput } from '../support/onnxBuilder.js';
import {
  type Case,
  exact,
  feed,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  relative,
  shape,
} from './harness.js';

type Attributes = Record<string, AttributeInput>;

interface Range {
  /** Opset from which the operator has dilations. */
  readonly dilated: number;
  readonly ceil: number;
}

/** Attributes of windows that fit `spatial`. For auto_pad SAME onnxruntime does not see dilations, though ONNX does, and
 *  fails for strides beyond the kernel: no such cases. */
function windows(rng: Rng, spatial: readonly number[], opset: number, { dilated, ceil }: Range): Attributes {
  const kernel = spatial.map((extent) => Math.min(extent, rng.int(1, 4)));
  const autoPad = pick(rng, ['NOTSET', 'NOTSET', 'NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER']);
  const mayDilate = opset >= dilated && rng.float() < 0.5 && !autoPad.startsWith('SAME');
  const dilations = spatial.map((extent, i) =>
    mayDilate && (kernel[i]! - 1) * 2 < extent ? rng.int(1, 2) : 1,
  );
  const pads = [...kernel, ...kernel].map((size) => rng.int(0, size - 1));
  const strides = spatial.map((_, i) =>
    autoPad.startsWith('SAME') ? rng.int(1, kernel[i]!) : rng.int(1, 3),
  );
  return {
    kernel_shape: kernel.map(BigInt),
    ...(rng.float() < 0.8 && { strides: strides.map(BigInt) }),
    ...(autoPad === 'NOTSET' ? rng.float() < 0.7 && { pads: pads.map(BigInt) } : { auto_pad: autoPad }),
    ...(mayDilate && { dilations: dilations.map(BigInt) }),
    ...(opset >= ceil && rng.float() < 0.5 && { ceil_mode: 1n }),
  };
}

function input(rng: Rng, index: number): number[] {
  return [rng.int(1, 2), pick(rng, [1, 3, 4, 7, 16, 19]), ...shape(rng, (index % 3) + 1, 3, 8)];
}

function maxPool(rng: Rng, index: number, outputs: number): Case {
  const opset = pick(rng, [8, 10, 11, 12, 22]);
  const dims = input(rng, index);
  const dtype = opset >= 12 ? pick(rng, ['float32', 'float32', 'int8', 'uint8'] as const) : 'float32';
  const order = outputs > 1 && rng.float() < 0.5 ? { storage_order: 1n } : {};
  const attributes: Attributes = {
    ...windows(rng, dims.slice(2), opset, { dilated: 10, ceil: 10 }),
    ...order,
  };
  const dilated = attributes.dilations !== undefined;
  const specials = outputs > 1 || dilated ? 0.1 : 0;
  return { opset, attributes, inputs: [random(rng, dtype, dims, { specials })], outputs };
}

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

/** Without indices and dilations, what onnxruntime makes of a NaN depends on where it is in a vector. In rows so short that
 *  it uses none, a NaN is never larger, and a window of −Infinity gives the lowest float. */
const ROWS = [nan, 1, nan, nan, nan, nan, -inf, -inf, -inf, 2, nan, inf];

operatorCases('MaxPool', { cases: 40, bound: exact, make: (rng, index) => maxPool(rng, index, 1) });
operatorCases('MaxPool', {
  title: 'with indices',
  cases: 30,
  bound: exact,
  make: (rng, index) => maxPool(rng, index, 2),
});

operatorCases('MaxPool', {
  title: 'NaN and infinities, not dilated',
  cases: 3,
  bound: exact,
  make: (_, index) => {
    const ones = Array<bigint>(index).fill(1n);
    const attributes = { kernel_shape: [...ones, 3n], strides: [...ones, 3n] };
    return { attributes, inputs: [feed('float32', [1, 1, ...ones.map(Number), 12], ROWS)] };
  },
});

operatorCases('AveragePool', {
  cases: 40,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const opset = pick(rng, [7, 10, 11, 19, 22]);
    const dims = input(rng, index);
    const counts = rng.float() < 0.5 ? { count_include_pad: 1n } : {};
    const attributes = { ...windows(rng, dims.slice(2), opset, { dilated: 19, ceil: 10 }), ...counts };
    return { opset, attributes, inputs: [random(rng, 'float32', dims, { specials: index % 4 ? 0 : 0.1 })] };
  },
});

operatorCases('LpPool', {
  cases: 30,
  bound: relative(2e-6),
  make: (rng, index) => {
    const opset = pick(rng, [7, 11, 18, 22]);
    const dims = input(rng, index);
    const p = rng.float() < 0.3 ? {} : { p: BigInt(rng.int(1, 5)) };
    const attributes = { ...windows(rng, dims.slice(2), opset, { dilated: 18, ceil: 18 }), ...p };
    return { opset, attributes, inputs: [random(rng, 'float32', dims)] };
  },
});

describe('pools refuse', () => {
  const x = feed('float32', [1, 2, 4, 5], Array(40).fill(1));
  const refuse = (
    why: string,
    attributes: Attributes,
    message: RegExp,
    code: 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_DTYPE' | 'LIMIT_EXCEEDED' = 'SHAPE_MISMATCH',
    inputs = [x],
  ): void => operatorRefuses('AveragePool', why, code, { opset: 19, attributes, inputs }, message);

  refuse('no kernel', {}, /kernel_shape is missing/, 'GRAPH_INVALID');
  refuse('a kernel of one axis', { kernel_shape: [2n] }, /kernel_shape has 1 numbers, needs 2/);
  refuse('a kernel of 0', { kernel_shape: [0n, 2n] }, /kernel_shape holds 0/);
  refuse('a window that does not fit', { kernel_shape: [5n, 2n] }, /a window of 5 does not fit/);
  refuse('pads as large as the kernel', { kernel_shape: [2n, 2n], pads: [2n, 0n, 0n, 0n] }, /smaller than/);
  refuse('negative pads', { kernel_shape: [2n, 2n], pads: [0n, 0n, -1n, 0n] }, /pads holds -1/);
  refuse('strides of 0', { kernel_shape: [2n, 2n], strides: [0n, 1n] }, /strides holds 0/);
  refuse('dilations of 0', { kernel_shape: [2n, 2n], dilations: [1n, 0n] }, /dilations holds 0/);
  refuse('an unknown auto_pad', { kernel_shape: [2n, 2n], auto_pad: 'HALF' }, /auto_pad HALF/);
  const large = { kernel_shape: [1n, 1n], strides: [4294967296n, 1n] };
  refuse('a stride beyond 31 bits', large, /beyond 2147483647/, 'LIMIT_EXCEEDED');
  const flat = [feed('float32', [2, 3], Array(6).fill(1))];
  refuse('no spatial axis', { kernel_shape: [2n, 2n] }, /has 2 dims/, 'SHAPE_MISMATCH', flat);
  const integers = [feed('int32', [1, 1, 3], [1, 2, 3])];
  refuse('integers', { kernel_shape: [2n] }, /int32/, 'UNSUPPORTED_DTYPE', integers);

  const attributes = { kernel_shape: [2n, 2n] };
  const order = { opset: 12, attributes: { ...attributes, storage_order: 2n }, inputs: [x] };
  operatorRefuses('MaxPool', 'a storage order of 2', 'SHAPE_MISMATCH', order, /storage_order 2/);
  const power = { attributes: { ...attributes, p: 0n }, inputs: [x] };
  operatorRefuses('LpPool', 'a power of 0', 'SHAPE_MISMATCH', power, /p = 0/);
});
