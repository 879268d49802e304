// Gather and Scatter in all their forms against onnxruntime; indices negative, repeated, of both widths, and bad.

import {
  type Case,
  countOf,
  exact,
  type Feed,
  feed,
  ints,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
} from './harness.js';
import { eitherEnd, list, tensor } from './moved.js';

/** Indices into a dim of `length`. */
function indices(rng: Rng, dims: readonly number[], length: number): Feed {
  const values = Array.from({ length: countOf(dims) }, () => rng.int(-length, length - 1));
  return feed(pick(rng, ['int64', 'int32'] as const), dims, values);
}

operatorCases('Gather', {
  cases: 48,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, rng.int(1, 4), 1, 6), index);
    const rank = x.dims.length;
    const axis = rng.int(0, rank - 1);
    const where = indices(rng, shape(rng, rng.int(0, 3), index % 9 === 8 ? 0 : 1, 4), x.dims[axis]!);
    const opset = pick(rng, [11, 13]);
    return { opset, attributes: { axis: BigInt(eitherEnd(rng, axis, rank)) }, inputs: [x, where] };
  },
});

operatorCases('GatherElements', {
  cases: 40,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, rng.int(1, 4), 1, 5), index);
    const axis = rng.int(0, x.dims.length - 1);
    const dims = x.dims.map((dim, d) => (d === axis ? rng.int(0, 6) : rng.int(1, dim)));
    const attributes = { axis: BigInt(eitherEnd(rng, axis, dims.length)) };
    return { opset: pick(rng, [11, 13]), attributes, inputs: [x, indices(rng, dims, x.dims[axis]!)] };
  },
});

/** Tuples into the dims of `x` from `first` on; int64. */
function tupleIndices(
  rng: Rng,
  lead: readonly number[],
  dims: readonly number[],
  first: number,
  depth: number,
): Feed {
  const values: number[] = [];
  for (let i = 0; i < countOf(lead); i++) {
    for (let k = 0; k < depth; k++) values.push(rng.int(-dims[first + k]!, dims[first + k]! - 1));
  }
  return feed('int64', [...lead, depth], values);
}

operatorCases('GatherND', {
  cases: 40,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, rng.int(1, 5), 1, 4), index);
    const opset = pick(rng, [11, 12, 13]);
    const batch = opset < 12 ? 0 : rng.int(0, Math.min(2, x.dims.length - 1));
    const depth = rng.int(1, x.dims.length - batch);
    const lead = [...x.dims.slice(0, batch), ...shape(rng, rng.int(0, 2), index % 9 === 8 ? 0 : 1, 4)];
    const where = tupleIndices(rng, lead, x.dims, batch, depth);
    return { opset, attributes: opset < 12 ? {} : { batch_dims: BigInt(batch) }, inputs: [x, where] };
  },
});

const six = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
const OUTSIDE = /index -?\d+ is outside \[-\d, \d\)/;
for (const bad of [2, -3, 2 ** 40, -(2 ** 40)]) {
  operatorRefuses('Gather', `index ${bad}`, 'INVALID_ARGUMENT', { inputs: [six, ints(0, bad)] }, OUTSIDE);
  operatorRefuses(
    'GatherElements',
    `index ${bad}`,
    'INVALID_ARGUMENT',
    { inputs: [six, feed('int64', [1, 2], [0, bad])] },
    OUTSIDE,
  );
  operatorRefuses(
    'GatherND',
    `index ${bad}`,
    'INVALID_ARGUMENT',
    { inputs: [six, feed('int64', [1, 2], [bad, 2])] },
    OUTSIDE,
  );
  operatorRefuses(
    'ScatterElements',
    `index ${bad}`,
    'INVALID_ARGUMENT',
    { inputs: [six, feed('int64', [1, 2], [0, bad]), feed('float32', [1, 2], [1, 2])] },
    OUTSIDE,
  );
  operatorRefuses(
    'ScatterND',
    `index ${bad}`,
    'INVALID_ARGUMENT',
    { inputs: [six, feed('int64', [2, 1], [0, bad]), six] },
    OUTSIDE,
  );
}
operatorRefuses('Gather', 'an index into no elements', 'INVALID_ARGUMENT', {
  inputs: [feed('float32', [0, 3], []), ints(0)],
});
operatorRefuses('Gather', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  attributes: { axis: 2n },
  inputs: [six, ints(0)],
});
operatorRefuses('Gather', 'float indices', 'UNSUPPORTED_DTYPE', { inputs: [six, six] });
operatorRefuses('GatherElements', 'indices of another rank', 'SHAPE_MISMATCH', { inputs: [six, ints(0)] });
operatorRefuses('GatherElements', 'indices longer than the input', 'SHAPE_MISMATCH', {
  inputs: [six, feed('int64', [1, 4], [0, 0, 0, 0])],
});
operatorRefuses('GatherND', 'tuples longer than the rank', 'SHAPE_MISMATCH', {
  inputs: [six, ints(0, 0, 0)],
});
operatorRefuses('GatherND', 'batches that differ', 'SHAPE_MISMATCH', {
  attributes: { batch_dims: 1n },
  inputs: [six, feed('int64', [3, 1], [0, 0, 0])],
});
operatorRefuses('GatherND', 'more batch dims than there are', 'SHAPE_MISMATCH', {
  attributes: { batch_dims: 2n },
  inputs: [six, feed('int64', [2, 1], [0, 0])],
});

/** Data, indices and updates of ScatterElements along an axis; without repeats, any order of updates gives one result. */
function scattered(rng: Rng, dtype: (index: number) => Feed['dtype'], index: number): Case {
  const dims = shape(rng, rng.int(1, 4), 1, 5);
  const axis = rng.int(0, dims.length - 1);
  const where = dims.map((dim, d) => (d === axis ? rng.int(0, 6) : rng.int(1, dim)));
  const inputs = [
    random(rng, dtype(index), dims, { low: 0, high: 9 }),
    indices(rng, where, dims[axis]!),
    random(rng, dtype(index), where, { low: 0, high: 9 }),
  ];
  return { attributes: { axis: BigInt(eitherEnd(rng, axis, dims.length)) }, inputs };
}

const DTYPES = ['float32', 'int64', 'uint8', 'float64', 'int32', 'int8', 'uint16', 'uint64'] as const;

operatorCases('Scatter', {
  cases: 20,
  bound: exact,
  make: (rng, index) => ({ opset: pick(rng, [9, 10]), ...scattered(rng, () => DTYPES[index % 8]!, index) }),
});

operatorCases('ScatterElements', {
  cases: 72,
  bound: exact,
  make: (rng, index) => {
    const reduction = ['none', 'add', 'mul', 'max', 'min'][index % 5]!;
    const each = scattered(
      rng,
      () => (reduction === 'none' && index % 2 === 0 ? 'bool' : DTYPES[index % 8]!),
      index,
    );
    const opset =
      reduction === 'none' ? pick(rng, [11, 13, 16, 18]) : index % 5 < 3 ? pick(rng, [16, 18]) : 18;
    return { opset, ...each, attributes: { ...each.attributes, ...(opset >= 16 ? { reduction } : {}) } };
  },
});

operatorCases('ScatterND', {
  cases: 60,
  bound: exact,
  make: (rng, index) => {
    const reduction = ['none', 'add', 'mul', 'max', 'min'][index % 5]!;
    const dims = shape(rng, rng.int(1, 4), 1, 4);
    const depth = rng.int(1, dims.length);
    const lead = shape(rng, rng.int(0, 2), index % 9 === 8 ? 0 : 1, 4);
    const dtype = pick(
      rng,
      reduction === 'none'
        ? (['float32', 'int64', 'uint8', 'bool', 'float16'] as const)
        : (['float32', 'int64', 'uint8', 'float64', 'int32'] as const),
    );
    const options = { low: 0, high: dtype === 'bool' ? 1 : 9 };
    const inputs = [
      random(rng, dtype, dims, options),
      tupleIndices(rng, lead, dims, 0, depth),
      random(rng, dtype, [...lead, ...dims.slice(depth)], options),
    ];
    const opset =
      reduction === 'none' ? pick(rng, [11, 13, 16, 18]) : index % 5 < 3 ? pick(rng, [16, 18]) : 18;
    return { opset, attributes: opset >= 16 ? { reduction } : {}, inputs };
  },
});

operatorCases('ScatterElements', {
  title: 'NaN and zeros',
  cases: 4,
  bound: exact,
  make: (_, index) => ({
    opset: 18,
    attributes: { reduction: ['add', 'mul', 'max', 'min'][index]! },
    inputs: [
      feed('float32', [5], [1, Number.NaN, 0, 1, -0]),
      ints(0, 1, 2, 2, 4),
      feed('float32', [5], [Number.NaN, 1, -0, -0, 0]),
    ],
  }),
});

// onnxruntime adds and multiplies no float16 here, and knows no bfloat16 and no largest bool: sums are rounded one by one.
operatorCases('ScatterElements', {
  title: 'halves and bools',
  cases: 4,
  bound: exact,
  make: (_, index) =>
    (
      [
        ['add', feed('float16', [1], [2048]), [1, 1, 3], feed('float16', [1], [2052])],
        ['mul', feed('bfloat16', [1], [1.5]), [1.5, 2, 1], feed('bfloat16', [1], [4.5])],
        ['max', feed('bool', [1], [0]), [0, 1, 0], feed('bool', [1], [1])],
        ['min', feed('bool', [1], [1]), [1, 1, 0], feed('bool', [1], [0])],
      ] as const
    ).map(
      ([reduction, x, updates, expected]): Case => ({
        opset: 18,
        attributes: { reduction },
        inputs: [x, ints(0, -1, 0), feed(x.dtype, [3], updates)],
        expected: [expected],
      }),
    )[index]!,
});

const updates = feed('float32', [1, 1], [9]);
const where = feed('int64', [1, 1], [0]);
operatorRefuses('ScatterElements', 'updates of other dims', 'SHAPE_MISMATCH', {
  inputs: [six, where, feed('float32', [1, 2], [1, 2])],
});
operatorRefuses('ScatterElements', 'updates of another dtype', 'UNSUPPORTED_DTYPE', {
  inputs: [six, where, feed('int32', [1, 1], [1])],
});
operatorRefuses('ScatterElements', 'an unknown reduction', 'GRAPH_INVALID', {
  opset: 18,
  attributes: { reduction: 'sub' },
  inputs: [six, where, updates],
});
operatorRefuses('ScatterElements', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  attributes: { axis: -3n },
  inputs: [six, where, updates],
});
operatorRefuses('ScatterND', 'updates that do not fit', 'SHAPE_MISMATCH', { inputs: [six, where, updates] });
operatorRefuses('ScatterND', 'tuples longer than the rank', 'SHAPE_MISMATCH', {
  attributes: {},
  inputs: [six, feed('int64', [1, 3], list(0, 0, 0)), feed('float32', [1], [1])],
});
