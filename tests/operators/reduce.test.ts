// Reductions against onnxruntime: dtypes, axes as attribute and input, kept and dropped dims, non-adjacent axes; what
// onnxruntime does not implement against sums in plain TypeScript.

import { describe } from 'node:test';
import type { DType } from '../../ts-host/ir/dtype.js';
import {
  absolute,
  anyOf,
  type Bound,
  type Case,
  countOf,
  equal,
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
  shuffled,
  ulps,
} from './harness.js';

/** Opsets with axes as attribute, and as input. */
const OPSETS = [7, 11, 13, 17, 18, 20, 21];

function axesOf(rng: Rng, rank: number): number[] {
  return shuffled(rng, rank)
    .slice(0, rng.int(0, rank))
    .map((axis) => (rng.float() < 0.4 ? axis - rank : axis));
}

interface Drawn {
  readonly each: Case;
  readonly axes: readonly number[];
}

/** A case with random dims and axes, given as the opset wants them. */
function draw(opType: string, rng: Rng, index: number, dtype: DType, options = {}): Drawn {
  const opset = pick(rng, OPSETS);
  const rank = index % 5 === 0 ? 2 : rng.int(1, 5);
  const dims = shape(rng, rank, 1, index % 5 === 0 ? 40 : 4);
  const negatives = opset >= 11;
  const axes = axesOf(rng, rank).map((axis) => (negatives ? axis : (axis + rank) % rank));
  const keepdims = rng.float() < 0.5;
  const x = random(rng, dtype, dims, options);
  const isInput = opset >= (opType === 'ReduceSum' ? 13 : 18);
  if (isInput) {
    const inputs = axes.length > 0 ? [x, ints(...axes)] : [x];
    return { each: { opset, attributes: { keepdims }, inputs, constants: [1] }, axes };
  }
  const attributes = axes.length > 0 ? { axes: axes.map(BigInt), keepdims } : { keepdims };
  return { each: { opset, attributes, inputs: [x] }, axes };
}

const SUMS: [string, readonly DType[], Bound, object?][] = [
  ['ReduceSum', ['float32', 'float64', 'int32', 'int64'], ofRange(1e-6)],
  ['ReduceMean', ['float32', 'float64', 'int32'], ofRange(1e-6)],
  ['ReduceProd', ['float32', 'int32', 'int64'], anyOf(relative(2e-6), absolute(1e-36)), { low: -2, high: 2 }],
  ['ReduceL1', ['float32', 'int32'], relative(1e-6)],
  ['ReduceL2', ['float32'], relative(1e-6)],
  ['ReduceSumSquare', ['float32', 'float64', 'int32'], relative(1e-6), { low: -30, high: 30 }],
  ['ReduceLogSum', ['float32'], ofRange(2e-6), { low: 0.5, high: 3 }],
  ['ReduceLogSumExp', ['float32', 'float64'], ofRange(1e-6), { low: -8, high: 8 }],
];

for (const [opType, dtypes, bound, options] of SUMS) {
  operatorCases(opType, {
    cases: 24,
    bound,
    make: (rng, index) => draw(opType, rng, index, dtypes[index % dtypes.length]!, options).each,
  });
}

for (const opType of ['ReduceMax', 'ReduceMin']) {
  operatorCases(opType, {
    cases: 28,
    bound: equal,
    make: (rng, index) => {
      const dtype = pick(rng, ['float32', 'float32', 'float64', 'int32', 'int64', 'int8', 'uint8'] as const);
      const { each } = draw(opType, rng, index, dtype);
      const isByte = dtype === 'int8' || dtype === 'uint8';
      return isByte && each.opset! < 12 ? { ...each, opset: 12 } : each;
    },
  });

  operatorCases(opType, {
    title: 'bool',
    cases: 6,
    bound: exact,
    make: (rng) => {
      const x = random(rng, 'bool', [3, rng.int(1, 9), 4]);
      return { opset: 20, inputs: [x, ints(rng.int(0, 2))], attributes: { keepdims: true } };
    },
  });
}

/** The reduction of all elements by its definition, in doubles. */
const DEFINITIONS: Record<string, (values: readonly number[]) => number> = {
  ReduceSum: (values) => values.reduce((a, b) => a + b, 0),
  ReduceMean: (values) => Math.trunc(values.reduce((a, b) => a + b, 0) / Math.max(1, values.length)),
  ReduceProd: (values) => values.reduce((a, b) => a * b, 1),
  ReduceL1: (values) => values.reduce((a, b) => a + Math.abs(b), 0),
  ReduceL2: (values) => Math.trunc(Math.sqrt(values.reduce((a, b) => a + b * b, 0))),
  ReduceSumSquare: (values) => values.reduce((a, b) => a + b * b, 0),
  ReduceLogSum: (values) => Math.trunc(Math.log(values.reduce((a, b) => a + b, 0))),
  ReduceMax: (values) => Math.max(...values),
  ReduceMin: (values) => Math.min(...values),
};

// onnxruntime has no such kernels: the definition in doubles, which hold every sum.
for (const opType of Object.keys(DEFINITIONS)) {
  operatorCases(opType, {
    title: 'integers that onnxruntime has no kernel for',
    cases: 4,
    bound: exact,
    make: (rng, index) => {
      const dtype = (['uint32', 'uint64', 'int64', 'int32'] as const)[index]!;
      const x = random(rng, dtype, [2, 3, rng.int(1, 3)], { low: 1, high: 4 });
      const values = numbersOf(x).map(Number);
      const y = feed(dtype, [], [DEFINITIONS[opType]!(values)]);
      return { opset: 18, inputs: [x], attributes: { keepdims: false }, expected: [y] };
    },
  });
}

function empties(opType: string, dtype: DType, value: number | bigint): void {
  operatorCases(opType, {
    title: `${dtype} of no elements`,
    cases: 1,
    bound: exact,
    make: () => {
      const inputs = [feed(dtype, [2, 0, 3], []), ints(1)];
      const y = feed(dtype, [2, 1, 3], Array(6).fill(value));
      return { opset: 20, inputs, expected: [y] };
    },
  });
}

describe('no elements', () => {
  empties('ReduceSum', 'float32', 0);
  empties('ReduceProd', 'float32', 1);
  empties('ReduceMean', 'float32', Number.NaN);
  empties('ReduceMean', 'int32', 0);
  empties('ReduceL2', 'float32', 0);
  empties('ReduceLogSum', 'float32', Number.NEGATIVE_INFINITY);
  empties('ReduceLogSumExp', 'float32', Number.NEGATIVE_INFINITY);
  empties('ReduceLogSumExp', 'float64', Number.NEGATIVE_INFINITY);
  empties('ReduceMax', 'float32', Number.NEGATIVE_INFINITY);
  empties('ReduceMin', 'float64', Number.POSITIVE_INFINITY);
  empties('ReduceMax', 'int8', -128);
  empties('ReduceMin', 'uint8', 255);
  empties('ReduceMax', 'int32', -(2 ** 31));
  empties('ReduceMin', 'int64', 2n ** 63n - 1n);
  empties('ReduceMin', 'bool', 1);
  empties('ReduceMax', 'bool', 0);
  empties('ReduceSum', 'int64', 0n);
  operatorCases('ReduceSum', {
    title: 'nothing comes out',
    cases: 1,
    bound: exact,
    make: () => ({ opset: 13, inputs: [feed('float32', [0, 3], []), ints(1)] }),
  });
});

// onnxruntime's maximum passes over some NaNs, depending on their place; ours never does.
operatorCases('ReduceMax', {
  title: 'NaN, infinities and zeros',
  cases: 12,
  bound: equal,
  make: (rng, index) => {
    const [rows, length] = [rng.int(1, 4), rng.int(1, 40)];
    const x = random(rng, 'float32', [rows, length], { specials: 0.2 });
    const values = numbersOf(x) as number[];
    const lines = index % 2 === 0 ? rows : length;
    const y = Array.from({ length: lines }, (_, line) =>
      Math.max(...values.filter((_, i) => (index % 2 === 0 ? Math.floor(i / length) : i % length) === line)),
    );
    const inputs = [x, ints(index % 2 === 0 ? 1 : 0)];
    return { opset: 18, inputs, attributes: { keepdims: false }, expected: [feed('float32', [lines], y)] };
  },
});

operatorCases('ReduceSum', {
  title: 'NaN and infinities',
  cases: 8,
  bound: ofRange(1e-6),
  make: (rng) => {
    const x = random(rng, 'float32', [3, rng.int(1, 30)], { low: 1, high: 2 });
    (x.data as Float32Array)[rng.int(0, x.data.length - 1)] = pick(rng, [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    return { opset: 13, inputs: [x, ints(1)] };
  },
});

operatorCases('ReduceLogSumExp', {
  title: 'far from zero',
  cases: 8,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const x = random(rng, 'float32', [4, 3, 5], { low: 180, high: 220 });
    if (index > 4) (x.data as Float32Array).fill(index % 2 ? Number.NEGATIVE_INFINITY : -1000, 0, 15);
    return { opset: 18, inputs: [x, ints(...[[1], [2], [1, 2]][index % 3]!)] };
  },
});

for (const opType of ['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceSumSquare', 'ReduceL1', 'ReduceL2']) {
  operatorCases(opType, {
    title: 'no axes that mean none',
    cases: 2,
    bound: ulps(1),
    make: (rng, index) => {
      const x = random(rng, 'float32', [2, 3]);
      const attributes = { noop_with_empty_axes: true };
      const inputs = index === 0 ? [x] : [x, ints()];
      return { opset: 18, inputs, attributes, constants: [1] };
    },
  });
}

/** Sums of a million elements: exact in doubles, so that the error of the kernel is all there is. */
describe('a million elements', () => {
  const large = (opType: string, dims: number[], axis: number, toSum: (x: number) => number): void =>
    operatorCases(opType, {
      title: `[${dims}] over ${axis}`,
      cases: 1,
      bound: relative(1.2e-7),
      make: (rng) => {
        const x: Feed = { dtype: 'float32', dims, data: rng.normal(countOf(dims), 1) };
        const [axisSize, inner] = [dims[axis]!, countOf(dims.slice(axis + 1))];
        const sums = new Float64Array(countOf(dims) / axisSize);
        const magnitudes = new Float64Array(sums.length);
        const values = x.data as Float32Array;
        values.forEach((value, i) => {
          values[i] = Math.fround(value + 0.5);
          const at = Math.floor(i / (axisSize * inner)) * inner + (i % inner);
          sums[at]! += toSum(values[i]!);
          magnitudes[at]! += Math.abs(values[i]!);
        });
        const y = feed(
          'float32',
          dims.filter((_, i) => i !== axis),
          sums,
        );
        return { opset: 18, inputs: [x, ints(axis)], attributes: { keepdims: false }, expected: [y] };
      },
    });
  large('ReduceSum', [1_000_003], 0, (x) => x);
  large('ReduceSumSquare', [1_000_003], 0, (x) => x * x);
  large('ReduceL1', [250_001, 4], 0, (x) => Math.abs(x));
  large('ReduceSum', [50_000, 20], 0, (x) => x);
});

describe('what does not fit', () => {
  const x = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  operatorRefuses('ReduceSum', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
    opset: 13,
    inputs: [x, ints(2)],
  });
  operatorRefuses('ReduceMean', 'an axis below -rank', 'SHAPE_MISMATCH', {
    opset: 13,
    attributes: { axes: [-3n] },
    inputs: [x],
  });
  operatorRefuses('ReduceMax', 'an axis twice', 'SHAPE_MISMATCH', { opset: 18, inputs: [x, ints(0, -2)] });
  operatorRefuses('ReduceMean', 'bool', 'UNSUPPORTED_DTYPE', {
    opset: 18,
    inputs: [feed('bool', [2], [1, 0])],
  });
  operatorRefuses('ReduceLogSumExp', 'int32', 'UNSUPPORTED_DTYPE', {
    opset: 18,
    inputs: [feed('int32', [2], [1, 0])],
  });
  operatorRefuses('ReduceSum', 'no input', ['GRAPH_INVALID', 'SHAPE_MISMATCH'], {
    opset: 13,
    inputs: [undefined],
  });
});
