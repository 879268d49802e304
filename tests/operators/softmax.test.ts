// Softmax, LogSoftmax and Hardmax against onnxruntime: both meanings of axis, rows and columns, special numbers.

import { describe } from 'node:test';
import {
  absolute,
  anyOf,
  type Case,
  exact,
  feed,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  relative,
  shape,
  ulps,
} from './harness.js';

/** Opsets up to 12 flatten. */
const OPSETS = [7, 11, 12, 13, 17, 21];

function draw(rng: Rng, index: number): Case {
  const rank = rng.int(1, 4);
  const dims = shape(rng, rank, 1, index % 4 === 0 && rank < 3 ? 70 : 7);
  const dtype = index % 6 === 5 ? 'float64' : 'float32';
  const opset = pick(rng, OPSETS);
  const axis = rng.int(opset < 11 ? 0 : -rank, rank - 1);
  const attributes = rng.float() < 0.15 && rank > 1 ? {} : { axis: BigInt(axis) };
  return { opset, attributes, inputs: [random(rng, dtype, dims, { low: -9, high: 9 })] };
}

operatorCases('Softmax', { cases: 30, bound: anyOf(relative(1e-6), absolute(1e-9)), make: draw });

// ln Σe is rounded once, and the difference once: an ulp of the numbers they come from.
operatorCases('LogSoftmax', { cases: 30, bound: anyOf(ulps(4), absolute(4e-6)), make: draw });

operatorCases('Hardmax', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const each = draw(rng, index);
    const [x] = each.inputs;
    const whole = Array.from(x!.data as Float32Array, (value) => Math.round(value / 4));
    const input = feed('float32', x!.dims, whole);
    return { ...each, inputs: [input] };
  },
});

describe('special numbers', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const rows: [string, number[]][] = [
    ['a NaN', [1, nan, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['+infinity', [1, inf, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['-infinities only', Array<number>(10).fill(-inf)],
    ['some -infinities', [-inf, 0, 1, -inf, 2, -inf, 3, 4, 5, -inf]],
    ['far apart', [1e38, -1e38, 0, 3e38, -3e38, 1, 2, 3, 4, 3e38]],
    ['far below', [-1e30, -1e30, -1e30, -1e30, -1e30, -1e30, -1e30, -1e30, -1e30, -1e30]],
    ['subnormals', [1e-40, -1e-40, 0, -0, 1e-45, 1e-45, 0, 0, 0, 0]],
  ];
  for (const opType of ['Softmax', 'LogSoftmax']) {
    for (const [title, values] of rows) {
      operatorCases(opType, {
        title,
        cases: 3,
        bound: relative(1e-6),
        make: (_, index) => {
          const dims = [[10], [10, 1], [2, 10, 1]][index]!;
          const data = index === 2 ? [...values, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : values;
          return {
            opset: 13,
            attributes: { axis: BigInt(index === 0 ? -1 : dims.length - 2) },
            inputs: [feed('float32', dims, data)],
          };
        },
      });
    }
  }
});

for (const opType of ['Softmax', 'LogSoftmax', 'Hardmax']) {
  operatorCases(opType, {
    title: 'nothing, one, a long row, long columns',
    cases: 4,
    bound: anyOf(relative(1e-6), absolute(2e-6)),
    make: (rng, index) => {
      const dims = [
        [2, 0, 3],
        [1, 1],
        [1, 20_000],
        [300, 70],
      ][index]!;
      return {
        opset: 13,
        attributes: { axis: index === 3 ? 0n : 1n },
        inputs: [random(rng, 'float32', dims)],
      };
    },
  });
}

describe('what does not fit', () => {
  const x = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  operatorRefuses('Softmax', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
    opset: 13,
    attributes: { axis: 2n },
    inputs: [x],
  });
  operatorRefuses('Hardmax', 'an axis below -rank', 'SHAPE_MISMATCH', {
    opset: 11,
    attributes: { axis: -3n },
    inputs: [x],
  });
  operatorRefuses('LogSoftmax', 'int32', 'UNSUPPORTED_DTYPE', { inputs: [feed('int32', [2], [1, 0])] });
});
