// ArgMax, ArgMin, TopK, CumSum and LRN against onnxruntime; NaN and ties as documented.

import { describe } from 'node:test';
import type { DType } from '../../ts-host/ir/dtype.js';
import { node } from '../support/onnxBuilder.js';
import {
  absolute,
  anyOf,
  type Case,
  exact,
  type Feed,
  feed,
  ints,
  numbersOf,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  relative,
  shape,
} from './harness.js';

/** Few different values, so that many are equal. */
function ties(rng: Rng, dtype: DType, dims: readonly number[]): Feed {
  const range = rng.float() < 0.6 ? { low: 0, high: 4 } : {};
  const x = random(rng, dtype, dims, range);
  return 'low' in range
    ? feed(
        dtype,
        dims,
        numbersOf(x).map((value) => (typeof value === 'bigint' ? value : Math.round(value))),
      )
    : x;
}

for (const opType of ['ArgMax', 'ArgMin']) {
  operatorCases(opType, {
    cases: 28,
    bound: exact,
    make: (rng, index) => {
      const dims = index % 4 === 0 ? shape(rng, 2, 1, 40) : shape(rng, rng.int(1, 4), 1, 6);
      const dtype = pick(rng, ['float32', 'float32', 'int32', 'float64', 'int8', 'uint8'] as const);
      const opset = dtype === 'int32' || dtype === 'float32' ? pick(rng, [7, 11, 12, 13]) : 13;
      const axis = rng.int(opset < 11 ? 0 : -dims.length, dims.length - 1);
      const attributes = { axis: BigInt(axis), keepdims: rng.float() < 0.5 };
      const last = opset >= 12 && rng.float() < 0.5 ? { select_last_index: true } : {};
      return { opset, attributes: { ...attributes, ...last }, inputs: [ties(rng, dtype, dims)] };
    },
  });

  // onnxruntime has no int64 kernel; its answer with NaN depends on vector widths.
  operatorCases(opType, {
    title: 'int64; NaN',
    cases: 4,
    bound: exact,
    make: (_, index) => {
      const big = [5n, 2n ** 62n, -(2n ** 62n), 2n ** 62n + 1n];
      const plain = [3, Number.NaN, 7, -1];
      const first = [Number.NaN, 1, 2, -3];
      const values = [big, plain, first, plain][index]!;
      const greatest = opType === 'ArgMax' ? [3, 2, 0, 2] : [2, 3, 0, 3];
      const x = feed(index === 0 ? 'int64' : 'float32', index === 3 ? [4, 1] : [4], values);
      const y = feed('int64', index === 3 ? [1] : [], [greatest[index]!]);
      return { opset: 13, attributes: { keepdims: false, axis: 0n }, inputs: [x], expected: [y] };
    },
  });
}

function topCase(rng: Rng, index: number): Case {
  const dims = index % 3 === 0 ? shape(rng, 2, 1, 30) : shape(rng, rng.int(1, 4), 1, 6);
  const opset = pick(rng, [7, 10, 11, 11, 17]);
  const dtype =
    opset < 11 ? 'float32' : pick(rng, ['float32', 'float32', 'float64', 'int64', 'int32'] as const);
  const axis = rng.int(opset < 11 ? 0 : -dims.length, dims.length - 1);
  const k = rng.int(index % 7 === 0 ? 0 : 1, dims.at(axis)!);
  const x = ties(rng, dtype, dims);
  if (opset < 10)
    return { opset, attributes: { axis: BigInt(axis), k: BigInt(Math.max(1, k)) }, inputs: [x], outputs: 2 };
  const largest = opset >= 11 ? { largest: rng.float() < 0.5 } : {};
  return {
    opset,
    attributes: { axis: BigInt(axis), ...largest },
    inputs: [x, ints(k)],
    constants: [1],
    outputs: 2,
  };
}

operatorCases('TopK', { cases: 40, bound: exact, make: topCase });

operatorCases('TopK', {
  title: 'all of a long row, a few of it',
  cases: 2,
  bound: exact,
  make: (rng, index) => ({
    opset: 11,
    attributes: { largest: index === 0 },
    inputs: [ties(rng, 'float32', [2, 3000]), ints(index === 0 ? 3000 : 5)],
    outputs: 2,
  }),
});

/** By the documented order: NaN above all, -0 equal to 0, then the lower index. */
operatorCases('TopK', {
  title: 'NaN, infinities, zeros; types that onnxruntime has not',
  cases: 12,
  bound: exact,
  make: (rng, index) => {
    const dtype = (['float32', 'float64', 'uint8', 'int8', 'uint32', 'uint64'] as const)[index % 6]!;
    const x = random(rng, dtype, [24], index % 6 < 2 ? { specials: 0.6 } : { low: 0, high: 9 });
    const values = numbersOf(x);
    const largest = index < 6;
    const rank = (v: number | bigint): number => (Number.isNaN(v) ? Number.POSITIVE_INFINITY : Number(v));
    const isAbove = (a: number, b: number): number => {
      const [x0, x1] = [values[a]!, values[b]!];
      if (Number.isNaN(x0) || Number.isNaN(x1)) {
        const order = Number(Number.isNaN(x1)) - Number(Number.isNaN(x0));
        return (largest ? order : -order) || a - b;
      }
      return (rank(x0) === rank(x1) ? 0 : (rank(x1) > rank(x0) ? 1 : -1) * (largest ? 1 : -1)) || a - b;
    };
    const order = values
      .map((_, i) => i)
      .sort(isAbove)
      .slice(0, 10);
    const expected = [
      feed(
        dtype,
        [10],
        order.map((i) => values[i]!),
      ),
      feed('int64', [10], order),
    ];
    return { opset: 11, attributes: { largest }, inputs: [x, ints(10)], outputs: 2, expected };
  },
});

operatorCases('CumSum', {
  cases: 28,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const dims = index % 3 === 0 ? shape(rng, 2, 1, 40) : shape(rng, rng.int(1, 4), 1, 6);
    const dtype = pick(rng, ['float32', 'float32', 'float64', 'int32', 'int64'] as const);
    const axis = rng.int(-dims.length, dims.length - 1);
    const attributes = { exclusive: rng.float() < 0.5, reverse: rng.float() < 0.5 };
    const place = feed(index % 2 === 0 ? 'int64' : 'int32', index % 4 < 2 ? [] : [1], [axis]);
    return {
      opset: pick(rng, [11, 14]),
      attributes,
      inputs: [random(rng, dtype, dims), place],
      constants: [1],
    };
  },
});

function lrnCase(rng: Rng, index: number): Case {
  const dims = [rng.int(1, 2), rng.int(1, 12), rng.int(1, 6), rng.int(1, 6)];
  const size = index % 4 === 3 ? 2n * BigInt(rng.int(1, 3)) + 1n : BigInt(pick(rng, [1, 3, 5, 5]));
  const given = { alpha: 0.3, beta: index % 3 === 0 ? 0.6 : 0.75, bias: 1.5 };
  const attributes = index % 5 === 0 ? { size } : { size, ...given };
  return { opset: pick(rng, [7, 13]), attributes, inputs: [random(rng, 'float32', dims)] };
}

operatorCases('LRN', { cases: 24, bound: anyOf(relative(2e-6), absolute(1e-7)), make: lrnCase });

operatorCases('LRN', {
  title: 'channels last',
  cases: 8,
  bound: anyOf(relative(4e-6), absolute(1e-6)),
  make: (rng, index) => {
    const { inputs, attributes, ...rest } = lrnCase(rng, index);
    const channels = inputs[0]!.dims[1]!;
    const ones = feed('float32', [channels, 1, 1, 1], Array(channels).fill(1));
    const group = BigInt(channels);
    const nodes = [
      node('Conv', ['x0', 'x1'], ['c'], { group }),
      node('LRN', ['c'], ['n'], attributes),
      node('Conv', ['n', 'x1'], ['y0'], { group }),
    ];
    return { ...rest, inputs: [inputs[0], ones], graph: { nodes } };
  },
});

describe('what does not fit', () => {
  const x = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const top = (inputs: Feed[], attributes = {}): Case => ({ opset: 11, attributes, inputs, outputs: 2 });
  operatorRefuses('TopK', 'k beyond the axis', 'SHAPE_MISMATCH', top([x, ints(4)]));
  operatorRefuses('TopK', 'a negative k', 'SHAPE_MISMATCH', top([x, ints(-1)]));
  operatorRefuses('TopK', 'two k', 'SHAPE_MISMATCH', top([x, ints(1, 2)]));
  operatorRefuses('TopK', 'an axis beyond the rank', 'SHAPE_MISMATCH', top([x, ints(1)], { axis: 2n }));
  operatorRefuses('TopK', 'bool', 'UNSUPPORTED_DTYPE', top([feed('bool', [2], [1, 0]), ints(1)]));
  operatorRefuses('TopK', 'no k', 'GRAPH_INVALID', { opset: 7, inputs: [x], outputs: 2 });
  operatorRefuses('ArgMax', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
    attributes: { axis: 2n },
    inputs: [x],
  });
  operatorRefuses('ArgMin', 'nothing to choose from', 'SHAPE_MISMATCH', {
    inputs: [feed('float32', [0, 3], [])],
  });
  operatorRefuses('CumSum', 'an axis beyond the rank', 'SHAPE_MISMATCH', { inputs: [x, ints(2)] });
  operatorRefuses('CumSum', 'two axes', 'SHAPE_MISMATCH', { inputs: [x, ints(0, 1)] });
  operatorRefuses('CumSum', 'bool', 'UNSUPPORTED_DTYPE', { inputs: [feed('bool', [2], [1, 0]), ints(0)] });
  operatorRefuses('LRN', 'size 0', 'SHAPE_MISMATCH', { attributes: { size: 0n }, inputs: [x] });
  operatorRefuses('LRN', 'no size', 'GRAPH_INVALID', { inputs: [x] });
  operatorRefuses('LRN', 'rank 1', 'SHAPE_MISMATCH', {
    attributes: { size: 3n },
    inputs: [feed('float32', [3], [1, 2, 3])],
  });
});
