// Batch, instance and group normalisation, mean-variance and Lp normalisation against onnxruntime; the forms with channels
// last behind a Conv; GroupNormalization up to opset 20, which onnxruntime refuses, against the definition.

import { describe } from 'node:test';
import { node } from '../support/onnxBuilder.js';
import {
  absolute,
  anyOf,
  type Case,
  type Feed,
  feed,
  numbersOf,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  relative,
  shape,
} from './harness.js';

/** onnxruntime's statistics are float32. */
const BOUND = anyOf(relative(1e-5), absolute(2e-5));

function batchInputs(rng: Rng, dims: readonly number[], channels = dims[1]!): Feed[] {
  const list = (low: number, high: number): Feed => random(rng, 'float32', [channels], { low, high });
  return [random(rng, 'float32', dims), list(-2, 2), list(-1, 1), list(-1, 1), list(0.1, 4)];
}

operatorCases('BatchNormalization', {
  cases: 26,
  bound: anyOf(relative(1e-6), absolute(2e-6)),
  make: (rng, index) => {
    const dims = shape(rng, 2 + (index % 4), 1, 5);
    const opset = pick(rng, [7, 9, 14, 15]);
    return { opset, attributes: { epsilon: 1e-3 }, inputs: batchInputs(rng, dims) };
  },
});

operatorCases('InstanceNormalization', {
  cases: 24,
  bound: BOUND,
  make: (rng, index) => {
    const dims = [rng.int(1, 3), rng.int(1, 6), ...shape(rng, 1 + (index % 3), 2, 12)];
    const inputs = batchInputs(rng, dims).slice(0, 3);
    return { opset: pick(rng, [7, 17, 22]), attributes: { epsilon: 1e-2 }, inputs };
  },
});

/** After a 1×1 convolution that changes nothing what follows has channels last; Abs keeps it from being folded in. */
function afterConv(opType: string, channels: number, attributes = {}): NonNullable<Case['graph']> {
  const names = opType === 'BatchNormalization' ? ['x2', 'x3', 'x4', 'x5'] : ['x2', 'x3'];
  return {
    nodes: [
      node('Conv', ['x0', 'x1'], ['c'], { group: BigInt(channels) }),
      node('Abs', ['c'], ['a']),
      node(opType, ['a', ...names], ['n'], attributes),
      node('Conv', ['n', 'x1'], ['y0'], { group: BigInt(channels) }),
    ],
  };
}

for (const opType of ['BatchNormalization', 'InstanceNormalization']) {
  operatorCases(opType, {
    title: 'channels last',
    cases: 10,
    bound: BOUND,
    make: (rng, index) => {
      const channels = rng.int(1, 20);
      const [x, ...rest] = batchInputs(rng, [rng.int(1, 2), channels, ...shape(rng, 1 + (index % 2), 2, 9)]);
      const ones = feed('float32', [channels, 1, ...x!.dims.slice(2).map(() => 1)], Array(channels).fill(1));
      const others = opType === 'BatchNormalization' ? rest : rest.slice(0, 2);
      const inputs = [x, ones, ...others];
      return { opset: 15, inputs, graph: afterConv(opType, channels, { epsilon: 1e-3 }) };
    },
  });
}

/** The definition in doubles. */
function groupNorm(x: Feed, scale: Feed, bias: Feed, groups: number, epsilon: number): Feed {
  const [values, factors, shifts] = [x, scale, bias].map((each) => numbersOf(each).map(Number));
  const [images, channels] = x.dims as [number, number];
  const length = values!.length / images / groups;
  const places = values!.length / images / channels;
  const y = values!.map((value, i) => {
    const row = values!.slice(i - (i % length), i - (i % length) + length);
    const mean = row.reduce((a, b) => a + b, 0) / length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
    const channel = Math.floor(i / places) % channels;
    const at = factors!.length === groups ? Math.floor(channel / (channels / groups)) : channel;
    return ((value - mean) / Math.sqrt(variance + epsilon)) * factors![at]! + shifts![at]!;
  });
  return feed('float32', x.dims, y);
}

for (const [opset, title] of [
  [18, 'a scale for each group'],
  [21, 'a scale for each channel'],
] as const) {
  operatorCases('GroupNormalization', {
    title,
    cases: 20,
    bound: anyOf(relative(2e-6), absolute(2e-6)),
    make: (rng, index) => {
      const [groups, each] = [rng.int(1, 4), rng.int(1, 4)];
      const dims = [rng.int(1, 3), groups * each, ...shape(rng, 1 + (index % 3), 1, 8)];
      const scales = opset === 18 ? groups : groups * each;
      const [x, scale, bias] = batchInputs(rng, dims, scales);
      const attributes = { num_groups: BigInt(groups), epsilon: 0.01 };
      const y = groupNorm(x!, scale!, bias!, groups, Math.fround(0.01));
      return { opset, attributes, inputs: [x, scale, bias], expected: [y] };
    },
  });
}

operatorCases('MeanVarianceNormalization', {
  cases: 20,
  bound: BOUND,
  make: (rng, index) => {
    const dims = shape(rng, 4, index % 4 === 0 ? 1 : 2, 7);
    const axes = pick(rng, [[0, 2, 3], [2, 3], [0, 1, 2, 3], undefined]);
    const attributes = axes === undefined ? {} : { axes: axes.map(BigInt) };
    return { opset: pick(rng, [9, 13]), attributes, inputs: [random(rng, 'float32', dims)] };
  },
});

/** Over any axes, which not every onnxruntime takes. */
operatorCases('MeanVarianceNormalization', {
  title: 'any axes',
  cases: 20,
  bound: anyOf(relative(1e-5), absolute(1e-5)),
  make: (rng) => {
    const dims = shape(rng, rng.int(1, 5), 2, 5);
    const drawn = dims.flatMap((_, i) => (rng.float() < 0.5 ? [i] : []));
    const axes = drawn.length > 0 ? drawn : [0];
    const x = random(rng, 'float32', dims);
    const values = numbersOf(x).map(Number);
    const strides = dims.map((_, i) => dims.slice(i + 1).reduce((a, b) => a * b, 1));
    const keyOf = (n: number): string =>
      dims.map((dim, i) => (axes.includes(i) ? 0 : Math.floor(n / strides[i]!) % dim)).join();
    const lines = new Map<string, number[]>();
    values.forEach((value, n) => {
      lines.set(keyOf(n), [...(lines.get(keyOf(n)) ?? []), value]);
    });
    const y = values.map((value, n) => {
      const line = lines.get(keyOf(n))!;
      const mean = line.reduce((a, b) => a + b, 0) / line.length;
      const variance = line.reduce((a, b) => a + (b - mean) ** 2, 0) / line.length;
      return (value - mean) / (Math.sqrt(variance) + 1e-9);
    });
    const expected = [feed('float32', dims, y)];
    return { opset: 13, attributes: { axes: axes.map(BigInt) }, inputs: [x], expected };
  },
});

operatorCases('LpNormalization', {
  cases: 24,
  bound: relative(1e-6),
  make: (rng, index) => {
    const dims = index % 3 === 0 ? shape(rng, 2, 1, 40) : shape(rng, rng.int(1, 4), 1, 6);
    const x = random(rng, 'float32', dims);
    // A norm of 0.
    if (index % 5 === 0) (x.data as Float32Array).fill(0);
    const axis = BigInt(rng.int(-dims.length, dims.length - 1));
    const attributes = index % 4 === 0 ? { axis } : { axis, p: BigInt(1 + (index % 2)) };
    return { opset: pick(rng, [7, 17, 22]), attributes, inputs: [x] };
  },
});

describe('what does not fit', () => {
  const x = feed('float32', [1, 2, 2], [1, 2, 3, 4]);
  const two = feed('float32', [2], [1, 2]);
  const three = feed('float32', [3], [1, 2, 3]);
  const rest = [two, two, two];
  operatorRefuses('BatchNormalization', 'a scale of another length', 'SHAPE_MISMATCH', {
    inputs: [x, three, ...rest],
  });
  operatorRefuses('BatchNormalization', 'no variance', 'GRAPH_INVALID', { inputs: [x, two, two, two] });
  operatorRefuses('BatchNormalization', 'training', 'UNSUPPORTED_OP', {
    attributes: { training_mode: true },
    inputs: [x, two, ...rest],
  });
  operatorRefuses('BatchNormalization', 'rank 1', 'SHAPE_MISMATCH', { inputs: [two, two, ...rest] });
  operatorRefuses('InstanceNormalization', 'rank 2', 'SHAPE_MISMATCH', {
    inputs: [feed('float32', [1, 2], [1, 2]), two, two],
  });
  operatorRefuses('InstanceNormalization', 'a bias of another length', 'SHAPE_MISMATCH', {
    inputs: [x, two, three],
  });
  for (const groups of [0n, 3n, -1n]) {
    operatorRefuses('GroupNormalization', `${groups} groups of 2 channels`, 'SHAPE_MISMATCH', {
      opset: 21,
      attributes: { num_groups: groups },
      inputs: [x, two, two],
    });
  }
  operatorRefuses('GroupNormalization', 'no num_groups', 'GRAPH_INVALID', {
    opset: 21,
    inputs: [x, two, two],
  });
  operatorRefuses('LpNormalization', 'p = 3', 'SHAPE_MISMATCH', { attributes: { p: 3n }, inputs: [x] });
  operatorRefuses('LpNormalization', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
    attributes: { axis: 3n },
    inputs: [x],
  });
  operatorRefuses('MeanVarianceNormalization', 'default axes of rank 3', 'SHAPE_MISMATCH', {
    opset: 13,
    inputs: [x],
  });
});
