// Operators that move elements or give them other dims, against onnxruntime: every dtype by its width, empty tensors,
// scalars, bounds at the ends of int64.

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
  scalar,
  shape,
  shuffled,
} from './harness.js';
import { list, tensor } from './moved.js';

operatorCases('Transpose', {
  cases: 64,
  bound: exact,
  make: (rng, index) => {
    const rank = rng.int(0, 6);
    const x = tensor(rng, shape(rng, rank, index % 9 === 8 ? 0 : 1, rank > 4 ? 4 : 9), index);
    const perm = list(...shuffled(rng, rank));
    return {
      opset: pick(rng, [7, 13, 21]),
      attributes: rank > 0 && rng.float() < 0.8 ? { perm } : {},
      inputs: [x],
    };
  },
});

operatorCases('Transpose', {
  title: 'planes larger than a block',
  cases: 12,
  bound: exact,
  make: (rng, index) => {
    const dims = [rng.int(1, 2), rng.int(1, 80), rng.int(20, 70), rng.int(1, 3)];
    return { attributes: { perm: list(...shuffled(rng, 4)) }, inputs: [tensor(rng, dims, index)] };
  },
});

for (const [title, perm] of [
  ['twice the same', [0, 0]],
  ['too short', [0]],
  ['beyond the rank', [0, 2]],
] as const) {
  operatorRefuses('Transpose', `a perm ${title}`, 'SHAPE_MISMATCH', {
    attributes: { perm: list(...perm) },
    inputs: [feed('float32', [2, 3], [1, 2, 3, 4, 5, 6])],
  });
}
operatorRefuses('Transpose', 'packed elements', 'UNSUPPORTED_DTYPE', {
  opset: 21,
  inputs: [{ dtype: 'int4', dims: [2, 3], data: new Uint8Array(3) }],
});

/** Dims with the same product as `dims`, one of them -1 or 0 at times. */
function reshaped(rng: Rng, dims: readonly number[]): number[] {
  let left = countOf(dims);
  const to: number[] = [];
  while (left > 1 && to.length < 5) {
    const divisors = Array.from({ length: left }, (_, i) => i + 1).filter((d) => left % d === 0);
    const dim = pick(rng, divisors);
    to.push(dim);
    left /= dim;
  }
  if (left > 1 || (to.length === 0 && rng.float() < 0.5)) to.push(left);
  if (to.length > 0 && rng.float() < 0.5) to[rng.int(0, to.length - 1)] = -1;
  return to.map((dim, d) => (dim === dims[d] && rng.float() < 0.5 ? 0 : dim));
}

operatorCases('Reshape', {
  cases: 32,
  bound: exact,
  make: (rng, index) => {
    const x = tensor(rng, shape(rng, rng.int(0, 4), 1, 5), index);
    return { opset: pick(rng, [7, 13, 14, 19, 21]), inputs: [x, ints(...reshaped(rng, x.dims))] };
  },
});

operatorCases('Reshape', {
  title: 'zero dims',
  cases: 5,
  bound: exact,
  make: (rng, index) => {
    const [dims, to, allowzero] = (
      [
        [[0, 3], [3, 0], 1],
        [[0, 3], [4, 0, 3, 7], 1],
        [[2, 0, 3], [0, 0, 5], 0],
        [[0], [4, 0, 2], 1],
        [[3, 0], [0, 0], 0],
      ] as const
    )[index]!;
    const attributes = { allowzero: BigInt(allowzero) };
    return { opset: 14, attributes, inputs: [tensor(rng, dims, index), ints(...to)] };
  },
});

const six = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
const refusedShapes: [string, number[], Case['attributes']?][] = [
  ['-1 twice', [-1, -1]],
  ['a dim below -1', [-2, 3]],
  ['too many elements', [2, 4]],
  ['no whole -1', [4, -1]],
  ['a copied dim that is not there', [1, 2, 0]],
  ['0 and -1 with allowzero', [0, -1], { allowzero: 1n }],
  ['0 with allowzero', [0, 3], { allowzero: 1n }],
  ['huge dims', [2 ** 40, 2 ** 40]],
];
for (const [why, to, attributes = {}] of refusedShapes) {
  operatorRefuses('Reshape', why, 'SHAPE_MISMATCH', { attributes, inputs: [six, ints(...to)] });
}
operatorRefuses('Reshape', 'a dim beyond 2^53', 'SHAPE_MISMATCH', {
  inputs: [six, { dtype: 'int64', dims: [1], data: BigInt64Array.of(2n ** 62n) }],
});

operatorRefuses('Reshape', '-1 beside no elements', 'SHAPE_MISMATCH', {
  inputs: [feed('float32', [0, 3], []), ints(0, -1)],
});

operatorCases('Flatten', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const rank = rng.int(0, 5);
    const opset = pick(rng, [7, 9, 11, 13, 21]);
    const axis = rank === 0 ? 0 : rng.int(opset < 11 ? 0 : -rank, rank);
    const x = tensor(rng, shape(rng, rank, index % 8 === 7 ? 0 : 1, 4), opset < 9 ? 0 : index);
    return { opset, attributes: rank > 0 && rng.float() < 0.2 ? {} : { axis: BigInt(axis) }, inputs: [x] };
  },
});
operatorRefuses('Flatten', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  attributes: { axis: 3n },
  inputs: [six],
});

/** Axes as this opset wants them: an attribute, or an input. */
function withAxes(opset: number, x: Feed, axes: readonly number[] | undefined): Case {
  if (axes === undefined) return { opset, inputs: [x] };
  if (opset < 13) return { opset, attributes: { axes: list(...axes) }, inputs: [x] };
  return { opset, inputs: [x, ints(...axes)] };
}

operatorCases('Squeeze', {
  cases: 28,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 11, 13, 21]);
    const dims = Array.from({ length: rng.int(1, 6) }, () => (rng.float() < 0.5 ? 1 : rng.int(0, 4)));
    const ones = [...dims.keys()].filter((d) => dims[d] === 1 && rng.float() < 0.7);
    const axes = ones.map((d) => (opset >= 11 && rng.float() < 0.5 ? d - dims.length : d));
    return withAxes(opset, tensor(rng, dims, index), axes.length === 0 ? undefined : axes);
  },
});
operatorRefuses('Squeeze', 'a dim that is not 1', 'SHAPE_MISMATCH', { inputs: [six, ints(1)] });
operatorRefuses('Squeeze', 'an axis beyond the rank', 'SHAPE_MISMATCH', { inputs: [six, ints(2)] });

operatorCases('Unsqueeze', {
  cases: 28,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 11, 13, 21]);
    const x = tensor(rng, shape(rng, rng.int(0, 4), index % 8 === 7 ? 0 : 1, 4), index);
    const added = rng.int(1, 3);
    const rank = x.dims.length + added;
    const axes = shuffled(rng, rank).slice(0, added);
    return withAxes(
      opset,
      x,
      axes.map((axis) => (opset >= 11 && rng.float() < 0.5 ? axis - rank : axis)),
    );
  },
});
operatorRefuses('Unsqueeze', 'an axis twice', 'SHAPE_MISMATCH', { inputs: [six, ints(0, -4)] });
operatorRefuses('Unsqueeze', 'an axis beyond the new rank', 'SHAPE_MISMATCH', { inputs: [six, ints(3)] });

operatorCases('Shape', {
  cases: 24,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 13, 15, 19, 23]);
    const x = tensor(rng, shape(rng, rng.int(0, 5), 0, 4), index);
    const at = (): bigint => BigInt(rng.int(-7, 7));
    return { opset, attributes: opset < 15 ? {} : { start: at(), end: at() }, inputs: [x] };
  },
});

operatorCases('Size', {
  cases: 20,
  bound: exact,
  make: (rng, index) => ({
    opset: pick(rng, [7, 13, 19, 23]),
    inputs: [tensor(rng, shape(rng, rng.int(0, 5), index % 4 === 3 ? 0 : 1, 4), index)],
  }),
});

operatorCases('Concat', {
  cases: 40,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 11, 13]);
    const dims = shape(rng, rng.int(1, 5), index % 8 === 7 ? 0 : 1, 6);
    const axis = rng.int(0, dims.length - 1);
    const inputs = Array.from({ length: rng.int(1, 5) }, () =>
      tensor(rng, dims.with(axis, rng.int(0, index % 5 === 4 ? 40 : 4)), index),
    );
    return {
      opset,
      attributes: { axis: BigInt(opset >= 11 && rng.float() < 0.5 ? axis - dims.length : axis) },
      inputs,
    };
  },
});
operatorRefuses('Concat', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  attributes: { axis: 2n },
  inputs: [six],
});
operatorRefuses('Concat', 'no axis', 'GRAPH_INVALID', { inputs: [six, six] });
operatorRefuses('Concat', 'other dims', 'SHAPE_MISMATCH', {
  attributes: { axis: 0n },
  inputs: [six, feed('float32', [1, 2], [1, 2])],
});
operatorRefuses('Concat', 'another rank', 'SHAPE_MISMATCH', {
  attributes: { axis: 0n },
  inputs: [six, scalar(1)],
});
operatorRefuses('Concat', 'another dtype', 'UNSUPPORTED_DTYPE', {
  attributes: { axis: 0n },
  inputs: [six, feed('int32', [1, 3], [1, 2, 3])],
});

operatorCases('Split', {
  cases: 40,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 11, 13, 18]);
    const rank = rng.int(1, 4);
    const axis = rng.int(0, rank - 1);
    const given = rng.float() < 0.6;
    const count = rng.int(1, 4);
    const sizes = Array.from({ length: count }, () => (given ? rng.int(0, 5) : 3));
    // From opset 18 on the last part of an equal split may be smaller.
    const total = sizes.reduce((a, b) => a + b, 0) - (opset >= 18 && !given && count > 1 ? rng.int(0, 2) : 0);
    const x = tensor(rng, shape(rng, rank, index % 8 === 7 ? 0 : 1, 5).with(axis, total), index);
    const named = { axis: BigInt(opset >= 11 && rng.float() < 0.5 ? axis - rank : axis) };
    const rest = { opset, outputs: count };
    if (opset < 13)
      return { ...rest, attributes: { ...named, ...(given ? { split: list(...sizes) } : {}) }, inputs: [x] };
    if (given) return { ...rest, attributes: named, inputs: [x, ints(...sizes)] };
    return {
      ...rest,
      attributes: { ...named, ...(opset >= 18 ? { num_outputs: BigInt(count) } : {}) },
      inputs: [x],
    };
  },
});
// onnxruntime-node dies of a Split with unwanted outputs.
operatorCases('Split', {
  title: 'unwanted outputs',
  cases: 1,
  bound: exact,
  make: () => ({
    attributes: { axis: 1n },
    inputs: [six, ints(1, 0, 2)],
    outputs: [false, false, true],
    expected: [undefined, undefined, feed('float32', [2, 2], [2, 3, 5, 6])],
  }),
});
operatorRefuses('Split', 'sizes that do not sum to the dim', 'SHAPE_MISMATCH', {
  attributes: { axis: 1n },
  inputs: [six, ints(1, 1)],
  outputs: 2,
});
operatorRefuses('Split', 'negative sizes', 'SHAPE_MISMATCH', {
  attributes: { axis: 1n },
  inputs: [six, ints(-1, 4)],
  outputs: 2,
});
operatorRefuses('Split', 'a dim that is no multiple', 'SHAPE_MISMATCH', {
  opset: 13,
  attributes: { axis: 1n },
  inputs: [six],
  outputs: 2,
});
operatorRefuses('Split', 'other outputs than num_outputs', 'SHAPE_MISMATCH', {
  opset: 18,
  attributes: { axis: 1n, num_outputs: 3n },
  inputs: [six],
  outputs: 2,
});

const INT64_MAX = 2n ** 63n - 1n;

operatorCases('Slice', {
  cases: 60,
  bound: exact,
  make: (rng, index) => {
    const opset = pick(rng, [7, 9, 10, 11, 13]);
    const x = tensor(rng, shape(rng, rng.int(1, 5), index % 9 === 8 ? 0 : 1, 8), index);
    const rank = x.dims.length;
    const axes = shuffled(rng, rank).slice(0, rng.int(1, rank));
    const end = (): bigint =>
      rng.float() < 0.15 ? INT64_MAX : rng.float() < 0.15 ? -INT64_MAX : BigInt(rng.int(-10, 10));
    const [starts, ends] = [axes.map(() => BigInt(rng.int(-10, 10))), axes.map(end)];
    const named = axes.map((axis) => BigInt(opset >= 10 && rng.float() < 0.3 ? axis - rank : axis));
    if (opset < 10) return { opset, attributes: { starts, ends, axes: named }, inputs: [x] };
    const steps = axes.map(() => BigInt(rng.int(1, 4) * pick(rng, [1, -1])));
    const dtype = pick(rng, ['int32', 'int64'] as const);
    const most = 2n ** 31n - 1n;
    const fit = (v: bigint): bigint => (dtype === 'int64' ? v : v > most ? most : v < -most ? -most : v);
    const inputs = [starts, ends, named, steps].map((values) =>
      feed(dtype, [values.length], values.map(fit)),
    );
    return { opset, inputs: [x, ...inputs.slice(0, rng.float() < 0.2 ? 3 : 4)] };
  },
});
operatorRefuses('Slice', 'a step of 0', 'SHAPE_MISMATCH', {
  inputs: [six, ints(0), ints(2), ints(0), ints(0)],
});
operatorRefuses('Slice', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  inputs: [six, ints(0), ints(2), ints(2)],
});
operatorRefuses('Slice', 'an axis twice', 'SHAPE_MISMATCH', {
  inputs: [six, ints(0, 0), ints(2, 2), ints(0, -2)],
});
operatorRefuses('Slice', 'more starts than ends', 'SHAPE_MISMATCH', { inputs: [six, ints(0, 0), ints(2)] });

operatorCases('Constant', {
  cases: 8,
  bound: exact,
  make: (rng, index) => {
    const attributes = (
      [
        { value_int: 2n ** 62n + 1n },
        { value_ints: [INT64_MAX, -5n] },
        { value_float: 0.1 },
        { value_floats: [1.5, -0, 3] },
      ] as const
    )[index % 4]!;
    return { opset: pick(rng, [12, 13, 19]), attributes, inputs: [] };
  },
});
operatorRefuses('Constant', 'a string', 'UNSUPPORTED_DTYPE', {
  attributes: { value_string: 'text' },
  inputs: [],
});
operatorRefuses('Constant', 'nothing', 'GRAPH_INVALID', { inputs: [] });
