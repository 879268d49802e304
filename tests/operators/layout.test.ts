// Every operator that can run with channels last, between two that do: a pool of one element in front, another behind.
// What comes out must not show in which order the dims were.

import type { AttributeInput } from '../support/onnxBuilder.js';
import { node } from '../support/onnxBuilder.js';
import {
  type Case,
  type Feed,
  feed,
  ints,
  ofRange,
  operatorCases,
  pick,
  type Rng,
  random,
  shape,
  shuffled,
} from './harness.js';

/** A pool that changes nothing but makes channels last. */
const pool = (x: string, y: string, rank: number) =>
  node('MaxPool', [x], [y], { kernel_shape: Array<bigint>(rank - 2).fill(1n) });

interface Middle {
  readonly opset?: number;
  readonly opType: string;
  /** Dims of x0. */
  readonly dims: readonly number[];
  /** Inputs beside the one with channels last. */
  readonly others?: readonly (Feed | undefined)[];
  /** Which of them are initializers; default: none. */
  readonly constants?: boolean;
  readonly attributes?: Record<string, AttributeInput>;
  /** Rank of the output, if other than the input's; no pool follows below 3. */
  readonly rank?: number;
  /** Whether the others come first. */
  readonly swapped?: boolean;
}

function between(rng: Rng, middle: Middle): Case {
  const { opType, dims, others = [], attributes, rank = dims.length } = middle;
  const inputs: (Feed | undefined)[] = [random(rng, 'float32', dims), ...others];
  const names = others.map((other, i) => (other === undefined ? '' : `x${i + 1}`));
  const ordered = middle.swapped ? [...names, 'a'] : ['a', ...names];
  const nodes = [pool('x0', 'a', dims.length), node(opType, ordered, [rank < 3 ? 'y0' : 'b'], attributes)];
  if (rank >= 3) nodes.push(pool('b', 'y0', rank));
  const constants = middle.constants ? others.map((_, i) => i + 1) : [];
  return { opset: middle.opset ?? 17, inputs, constants, graph: { nodes } };
}

function suite(
  opType: string,
  cases: number,
  make: (rng: Rng, dims: number[]) => Omit<Middle, 'opType' | 'dims'>,
): void {
  operatorCases(opType, {
    cases,
    title: 'with channels last',
    bound: ofRange(2e-6),
    make: (rng) => {
      const dims = shape(rng, rng.int(3, 5), 1, 5);
      return between(rng, { opType, dims, ...make(rng, dims) });
    },
  });
}

const int = (value: number): bigint => BigInt(value);
const axisOf = (rng: Rng, rank: number): number => rng.int(-rank, rank - 1);

for (const opType of ['Relu', 'Exp', 'Sigmoid', 'Abs']) suite(opType, 4, () => ({}));

for (const opType of ['Add', 'Mul', 'Sub', 'Div']) {
  suite(opType, 16, (rng, dims) => {
    const kept = dims.map((dim) => (rng.float() < 0.4 ? 1 : dim)).slice(rng.int(0, dims.length - 1));
    return {
      others: [random(rng, 'float32', kept, { low: 0.5, high: 2 })],
      constants: rng.float() < 0.5,
      swapped: rng.float() < 0.5,
    };
  });
}

suite('Concat', 12, (rng, dims) => ({
  others: [random(rng, 'float32', dims)],
  constants: rng.float() < 0.5,
  attributes: { axis: int(axisOf(rng, dims.length)) },
}));

suite('Softmax', 12, (rng, dims) => ({
  opset: pick(rng, [11, 13]),
  attributes: { axis: int(axisOf(rng, dims.length)) },
}));

for (const opType of ['ReduceMean', 'ReduceMax']) {
  suite(opType, 16, (rng, dims) => {
    const axes = shuffled(rng, dims.length).slice(0, rng.int(1, dims.length));
    const keepdims = rng.int(0, 1);
    return {
      opset: 13,
      attributes: {
        axes: axes.map((axis) => int(rng.int(0, 1) ? axis : axis - dims.length)),
        keepdims: int(keepdims),
      },
      rank: keepdims ? dims.length : dims.length - axes.length,
    };
  });
}

suite('ReduceSum', 12, (rng, dims) => ({
  others: [ints(...shuffled(rng, dims.length).slice(0, rng.int(1, dims.length)))],
  constants: rng.float() < 0.5,
  attributes: { keepdims: 1n },
}));

suite('Transpose', 16, (rng, dims) => ({
  attributes: rng.float() < 0.2 ? {} : { perm: shuffled(rng, dims.length).map(int) },
}));

// Without axes it has those from the first on.
suite('Slice', 8, (rng, dims) => {
  const count = rng.int(1, dims.length);
  const starts = dims.slice(0, count).map((dim) => rng.int(0, dim - 1));
  return {
    others: [ints(...starts), ints(...starts.map((start) => start + rng.int(1, 3)))],
    constants: true,
  };
});

suite('Shape', 4, () => ({ rank: 1 }));

operatorCases('DepthToSpace', {
  cases: 8,
  title: 'with channels last',
  bound: ofRange(0),
  make: (rng, index) => {
    const block = rng.int(1, 3);
    const dims = [rng.int(1, 2), rng.int(1, 3) * block * block, rng.int(1, 4), rng.int(1, 4)];
    const attributes = { blocksize: int(block), mode: index % 2 === 0 ? 'DCR' : 'CRD' };
    return between(rng, { opType: 'DepthToSpace', dims, attributes });
  },
});

suite('Pad', 12, (rng, dims) => ({
  others: [ints(...[...dims, ...dims].map(() => rng.int(0, 2)))],
  constants: rng.float() < 0.7,
  attributes: { mode: pick(rng, ['constant', 'edge']) },
}));

suite('Resize', 12, (rng, dims) => ({
  opset: 13,
  others: [
    undefined,
    feed('float32', [dims.length], [1, 1, ...dims.slice(2).map(() => pick(rng, [1, 2, 1.5]))]),
  ],
  constants: true,
  attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
}));

suite('BatchNormalization', 10, (rng, dims) => {
  const c = [dims[1]!];
  const parameter = (low: number) => random(rng, 'float32', c, { low, high: 2 });
  return {
    opset: 15,
    others: [parameter(-2), parameter(-2), parameter(-2), parameter(0.5)],
    constants: true,
  };
});

suite('InstanceNormalization', 10, (rng, dims) => ({
  others: [random(rng, 'float32', [dims[1]!]), random(rng, 'float32', [dims[1]!])],
  constants: rng.float() < 0.5,
}));

suite('GlobalAveragePool', 6, () => ({}));

suite('Flatten', 8, (rng, dims) => ({ attributes: { axis: int(rng.int(0, dims.length)) }, rank: 2 }));

operatorCases('a value wanted in both orders', {
  cases: 6,
  bound: ofRange(1e-6),
  make: (rng) => {
    const dims = shape(rng, 4, 2, 5);
    return {
      inputs: [random(rng, 'float32', dims)],
      outputs: 3,
      graph: {
        nodes: [
          pool('x0', 'a', 4),
          node('Neg', ['a'], ['y0']),
          node('Flatten', ['a'], ['y1']),
          node('Add', ['a', 'y0'], ['b']),
          pool('b', 'y2', 4),
        ],
      },
    };
  },
});
