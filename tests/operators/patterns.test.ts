// Range, OneHot, Trilu, EyeLike, NonZero and ConstantOfShape against onnxruntime.

import { tensor as tensorProto } from '../support/onnxBuilder.js';
import {
  countOf,
  exact,
  type Feed,
  feed,
  ints,
  operatorCases,
  operatorRefuses,
  pick,
  random,
  scalar,
  shape,
} from './harness.js';
import { tensor } from './moved.js';

operatorCases('Range', {
  cases: 32,
  bound: exact,
  make: (rng, index) => {
    const dtype = (['float32', 'int64', 'int32', 'float64', 'int16'] as const)[index % 5]!;
    const delta = rng.int(1, 4) * pick(rng, [1, -1]);
    const values = [rng.int(-20, 20), rng.int(-20, 20), delta];
    return { opset: pick(rng, [11, 19]), inputs: values.map((value) => feed(dtype, [], [value])) };
  },
});

// onnxruntime sums deltas up; ONNX defines start + i · delta.
operatorCases('Range', {
  title: 'fractions',
  cases: 20,
  bound: exact,
  make: (rng, index) => {
    const [start, delta] = [Math.fround(rng.float() * 4), Math.fround(rng.float() + 0.1)];
    const count = rng.int(0, 50);
    const float32 = index % 2 === 0;
    const round = float32 ? Math.fround : (x: number): number => x;
    const limit = start + (count - 0.5) * delta;
    const dtype = float32 ? 'float32' : 'float64';
    const values = Array.from({ length: count }, (_, i) => round(start + round(i * delta)));
    return {
      inputs: [start, limit, delta].map((value) => feed(dtype, [], [value])),
      expected: [feed(dtype, [count], values)],
    };
  },
});

// onnxruntime counts in float64.
operatorCases('Range', {
  title: 'beyond 2^53',
  cases: 2,
  bound: exact,
  make: (_, index) => {
    const [a, b, step] =
      index === 0 ? [2n ** 62n, 2n ** 62n + 5n, 2n] : [-(2n ** 63n), -(2n ** 63n) + 3n, 1n];
    const inputs = [a!, b!, step!].map((value) => feed('int64', [], [value]));
    return { inputs, expected: [feed('int64', [3], [a!, a! + step!, a! + 2n * step!])] };
  },
});
for (const [why, values] of [
  ['a delta of 0', [0, 1, 0]],
  ['an endless count', [0, Number.POSITIVE_INFINITY, 1]],
  ['NaN', [0, Number.NaN, 1]],
] as const) {
  operatorRefuses('Range', why, 'INVALID_ARGUMENT', { inputs: values.map((value) => scalar(value)) });
}
operatorRefuses('Range', 'too many elements', 'LIMIT_EXCEEDED', {
  inputs: [0, 2 ** 40, 1].map((value) => scalar(value, 'int64')),
});
operatorRefuses('Range', 'bytes', 'UNSUPPORTED_DTYPE', {
  inputs: [0, 9, 1].map((value) => scalar(value, 'uint8')),
});
operatorRefuses('Range', 'a start of two', 'SHAPE_MISMATCH', { inputs: [ints(1, 2), ints(3), ints(1)] });

operatorCases('OneHot', {
  cases: 32,
  bound: exact,
  make: (rng, index) => {
    const dims = shape(rng, rng.int(1, 3), index % 9 === 8 ? 0 : 1, 4);
    const depth = rng.int(1, 5);
    // Of the types that onnxruntime has: indices, depth, values.
    const [a, b, c] = pick(rng, [
      ['int64', 'int64', 'float32'],
      ['int64', 'int64', 'int64'],
      ['float32', 'float32', 'float32'],
      ['int64', 'int32', 'float32'],
      ['int32', 'float32', 'float32'],
    ] as const);
    const indices = feed(
      a,
      dims,
      Array.from({ length: countOf(dims) }, () => rng.int(-depth - 1, depth)),
    );
    const inputs = [indices, feed(b, rng.float() < 0.5 ? [] : [1], [depth]), random(rng, c, [2])];
    const axis = BigInt(rng.int(-dims.length - 1, dims.length));
    return { opset: pick(rng, [9, 11]), attributes: rng.float() < 0.2 ? {} : { axis }, inputs };
  },
});

// onnxruntime has no OneHot of these types, and lets fractions match nothing; ONNX casts them to int64.
operatorCases('OneHot', {
  title: 'other types',
  cases: 3,
  bound: exact,
  make: (_, index) => {
    const hot = (dtype: Feed['dtype']): Feed => feed(dtype, [3, 2], [7, 8, 8, 7, 7, 7]);
    return (
      [
        {
          inputs: [feed('uint8', [3], [1, 0, 2]), ints(2), feed('int8', [2], [7, 8])],
          expected: [hot('int8')],
        },
        {
          inputs: [feed('float64', [3], [1.9, -0.5, 2]), ints(2), feed('float16', [2], [7, 8])],
          expected: [hot('float16')],
        },
        {
          inputs: [feed('int32', [3], [-1, -2, -3]), ints(2), feed('float64', [2], [7, 8])],
          expected: [hot('float64')],
        },
      ] as const
    )[index]!;
  },
});
const pair = feed('float32', [2], [0, 1]);
operatorRefuses('OneHot', 'a depth of 0', 'INVALID_ARGUMENT', { inputs: [ints(0), ints(0), pair] });
operatorRefuses('OneHot', 'a depth that is NaN', 'INVALID_ARGUMENT', {
  inputs: [ints(0), scalar(Number.NaN), pair],
});
operatorRefuses('OneHot', 'two depths', 'SHAPE_MISMATCH', { inputs: [ints(0), ints(1, 2), pair] });
operatorRefuses('OneHot', 'three values', 'SHAPE_MISMATCH', {
  inputs: [ints(0), ints(2), feed('float32', [3], [0, 1, 2])],
});
operatorRefuses('OneHot', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  attributes: { axis: 2n },
  inputs: [ints(0), ints(2), pair],
});
operatorRefuses('OneHot', 'a depth beyond 2^32', 'LIMIT_EXCEEDED', {
  inputs: [ints(0, 1), ints(2 ** 32), pair],
});

operatorCases('Trilu', {
  cases: 28,
  bound: exact,
  make: (rng, index) => {
    // onnxruntime has these of float32, float64, int64 and bool.
    const x = tensor(rng, shape(rng, rng.int(2, 4), index % 9 === 8 ? 0 : 1, 6), pick(rng, [0, 1, 3, 5]));
    const k = index % 5 === 4 ? pick(rng, [2n ** 62n, -(2n ** 62n)]) : BigInt(rng.int(-7, 7));
    const upper = pick(rng, [{}, { upper: 0n }, { upper: 1n }]);
    return { opset: 14, attributes: upper, inputs: rng.float() < 0.2 ? [x] : [x, feed('int64', [], [k])] };
  },
});
operatorCases('Trilu', {
  title: 'bytes',
  cases: 2,
  bound: exact,
  make: (_, index) => ({
    attributes: { upper: BigInt(index) },
    inputs: [feed('int8', [2, 3], [1, 2, 3, 4, 5, 6])],
    expected: [feed('int8', [2, 3], index === 1 ? [1, 2, 3, 0, 5, 6] : [1, 0, 0, 4, 5, 0])],
  }),
});
operatorRefuses('Trilu', 'a vector', 'SHAPE_MISMATCH', { inputs: [pair] });
operatorRefuses('Trilu', 'two diagonals', 'SHAPE_MISMATCH', {
  inputs: [feed('float32', [1, 1], [1]), ints(1, 2)],
});

operatorCases('EyeLike', {
  cases: 20,
  bound: exact,
  make: (rng, index) => {
    // onnxruntime makes float32, float64, int32, int64 and uint64.
    const dtype = pick(rng, [{}, { dtype: 1n }, { dtype: 11n }, { dtype: 7n }, { dtype: 6n }]);
    const x = tensor(rng, shape(rng, 2, index % 9 === 8 ? 0 : 1, 6), pick(rng, [0, 1, 3, 4]));
    return { opset: 9, attributes: { ...dtype, k: BigInt(rng.int(-7, 7)) }, inputs: [x] };
  },
});
operatorCases('EyeLike', {
  title: 'halves and bytes',
  cases: 2,
  bound: exact,
  make: (_, index) => {
    const dtype = (['float16', 'int8'] as const)[index]!;
    return {
      attributes: { dtype: index === 0 ? 10n : 3n, k: 1n },
      inputs: [feed('float32', [2, 3], [1, 2, 3, 4, 5, 6])],
      expected: [feed(dtype, [2, 3], [0, 1, 0, 0, 0, 1])],
    };
  },
});
operatorRefuses('EyeLike', 'a vector', 'SHAPE_MISMATCH', { inputs: [pair] });
operatorRefuses('EyeLike', 'strings', 'UNSUPPORTED_DTYPE', {
  attributes: { dtype: 8n },
  inputs: [feed('float32', [1, 1], [1])],
});

operatorCases('NonZero', {
  cases: 28,
  bound: exact,
  make: (rng, index) => {
    // onnxruntime has these of bool, float32, int32, int64 and uint8.
    const dtype = (['bool', 'float32', 'int32', 'int64', 'uint8'] as const)[index % 5]!;
    const dims = shape(rng, rng.int(0, 4), index % 9 === 8 ? 0 : 1, 5);
    const x = random(rng, dtype, dims, { low: 0, high: 1, specials: 0.3 });
    return { opset: pick(rng, [9, 13]), inputs: [x] };
  },
});
operatorCases('NonZero', {
  title: 'other widths',
  cases: 3,
  bound: exact,
  make: (_, index) => ({
    inputs: [feed((['float16', 'float64', 'uint16'] as const)[index]!, [2, 2], [-0, 3, 0, 1])],
    expected: [feed('int64', [2, 2], [0, 1, 1, 1])],
  }),
});

operatorCases('ConstantOfShape', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const value = tensor(rng, [1], index);
    const bytes = new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);
    const attributes = index % 6 === 5 ? {} : { value: tensorProto('', value.dtype, [1], bytes) };
    const dims = shape(rng, rng.int(0, 4), index % 9 === 8 ? 0 : 1, 6);
    return { opset: pick(rng, [9, 20]), attributes, inputs: [ints(...dims)] };
  },
});
operatorRefuses('ConstantOfShape', 'a negative dim', 'SHAPE_MISMATCH', { inputs: [ints(2, -1)] });
operatorRefuses('ConstantOfShape', '2^32 elements', 'LIMIT_EXCEEDED', { inputs: [ints(2 ** 16, 2 ** 16)] });
operatorRefuses('ConstantOfShape', 'two values', 'SHAPE_MISMATCH', {
  attributes: { value: tensorProto('', 'uint8', [2], new Uint8Array(2)) },
  inputs: [ints(1)],
});
