// LayerNormalization and its kin against onnxruntime; RMSNormalization, which onnxruntime lacks, against the definition.

import { describe } from 'node:test';
import {
  absolute,
  anyOf,
  type Case,
  countOf,
  type Feed,
  feed,
  numbersOf,
  operatorCases,
  operatorRefuses,
  type Rng,
  random,
  relative,
  shape,
} from './harness.js';

/** onnxruntime's statistics are float32. */
const BOUND = anyOf(relative(1e-5), absolute(1e-5));

function draw(rng: Rng, index: number, low = 1): { dims: number[]; axis: number; row: number[] } {
  const rank = index % 3 === 0 ? 2 : rng.int(low, 4);
  const dims = shape(rng, rank, 1, index % 3 === 0 ? 40 : 6);
  const axis = rng.float() < 0.5 ? rank - 1 : rng.int(0, rank - 1);
  return { dims, axis, row: dims.slice(axis) };
}

operatorCases('LayerNormalization', {
  cases: 30,
  bound: BOUND,
  make: (rng, index): Case => {
    const { dims, axis, row } = draw(rng, index);
    const inputs = [random(rng, 'float32', dims), random(rng, 'float32', row), random(rng, 'float32', row)];
    const attributes = { axis: BigInt(index % 2 === 0 ? axis : axis - dims.length), epsilon: 1e-3 };
    const outputs = index % 3 === 0 ? 3 : index % 5 === 0 ? [true, false, true] : 1;
    return { opset: 17, attributes, inputs: index % 4 === 0 ? inputs.slice(0, 2) : inputs, outputs };
  },
});

operatorCases('LayerNormalization', {
  title: 'far from zero',
  cases: 4,
  bound: absolute(1e-4),
  make: (rng) => {
    const x = random(rng, 'float32', [3, 64], { low: 4095, high: 4097 });
    const scale = feed('float32', [64], Array(64).fill(1));
    return { opset: 17, inputs: [x, scale], expected: [definition(x, scale, 1e-5, false)] };
  },
});

operatorCases('LayerNormalization', {
  title: 'NaN and infinities stay in their row',
  cases: 6,
  bound: BOUND,
  make: (rng, index) => {
    const x = random(rng, 'float32', [3, 21]);
    (x.data as Float32Array)[21 + rng.int(0, 20)] = [Number.NaN, Number.POSITIVE_INFINITY][index % 2]!;
    return { opset: 17, inputs: [x, random(rng, 'float32', [21])] };
  },
});

/** The definition in doubles, over rows as long as `scale`. */
function definition(x: Feed, scale: Feed, epsilon: number, rms: boolean): Feed {
  const [values, factors] = [numbersOf(x).map(Number), numbersOf(scale).map(Number)];
  const length = factors.length;
  const y = values.map((value, i) => {
    const row = values.slice(i - (i % length), i - (i % length) + length);
    const mean = rms ? 0 : row.reduce((a, b) => a + b, 0) / length;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
    return ((value - mean) / Math.sqrt(variance + epsilon)) * factors[i % length]!;
  });
  return feed('float32', x.dims, y);
}

// onnxruntime 1.2x has no RMSNormalization.
operatorCases('RMSNormalization', {
  cases: 20,
  bound: relative(1e-6),
  make: (rng, index) => {
    const { dims, axis, row } = draw(rng, index);
    const [x, scale] = [random(rng, 'float32', dims), random(rng, 'float32', row)];
    const attributes = { axis: BigInt(axis), epsilon: 1e-2 };
    return {
      opset: 23,
      attributes,
      inputs: [x, scale],
      expected: [definition(x, scale, Math.fround(1e-2), true)],
    };
  },
});

operatorCases('SimplifiedLayerNormalization', {
  cases: 20,
  bound: BOUND,
  make: (rng, index) => {
    const { dims, row } = draw(rng, index);
    const axis = BigInt(-row.length);
    const inputs = [random(rng, 'float32', dims), random(rng, 'float32', row)];
    return { opset: 17, attributes: { axis, epsilon: 1e-3 }, inputs };
  },
});

// Older exporters give these operators the domain of onnxruntime, which has no kernels under that name.
for (const opType of ['LayerNormalization', 'SimplifiedLayerNormalization']) {
  operatorCases(opType, {
    title: 'com.microsoft',
    cases: 20,
    bound: anyOf(relative(1e-6), absolute(1e-6)),
    make: (rng, index) => {
      const { dims, axis, row } = draw(rng, index);
      const [x, scale] = [random(rng, 'float32', dims), random(rng, 'float32', row)];
      const attributes = { axis: BigInt(index % 2 === 0 ? axis : axis - dims.length), epsilon: 1e-3 };
      const expected = [definition(x, scale, Math.fround(1e-3), opType.startsWith('Simplified'))];
      return { domain: 'com.microsoft', attributes, inputs: [x, scale], expected };
    },
  });
}

for (const opType of ['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']) {
  operatorCases(opType, {
    cases: 24,
    bound: BOUND,
    make: (rng, index) => {
      const dims = index % 3 === 0 ? shape(rng, 2, 1, 20) : shape(rng, 3, 1, 12);
      const simplified = opType === 'SkipSimplifiedLayerNormalization';
      const row = (): Feed => random(rng, 'float32', dims.slice(-1));
      const skipDims = dims.length === 3 && index % 4 === 1 ? [1, ...dims.slice(1)] : dims;
      const inputs = [random(rng, 'float32', dims), random(rng, 'float32', skipDims), row()];
      const optional = simplified ? [row()] : [row(), row()];
      inputs.push(...optional.slice(0, rng.int(0, optional.length)));
      const outputs = index % 2 === 0 ? 1 : [true, false, false, true];
      return { domain: 'com.microsoft', opset: 17, attributes: { epsilon: 1e-4 }, inputs, outputs };
    },
  });
}

describe('what does not fit', () => {
  const x = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const scale = feed('float32', [3], [1, 2, 3]);
  const two = feed('float32', [2], [1, 2]);
  operatorRefuses('LayerNormalization', 'a scale of another length', 'SHAPE_MISMATCH', { inputs: [x, two] });
  operatorRefuses('LayerNormalization', 'a bias of another length', 'SHAPE_MISMATCH', {
    inputs: [x, scale, two],
  });
  operatorRefuses('LayerNormalization', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
    attributes: { axis: 2n },
    inputs: [x, scale],
  });
  operatorRefuses('LayerNormalization', 'no scale', 'GRAPH_INVALID', { inputs: [x] });
  operatorRefuses('RMSNormalization', 'int32', 'UNSUPPORTED_DTYPE', {
    opset: 23,
    inputs: [feed('int32', [2], [1, 2]), two],
  });
  operatorRefuses('SkipLayerNormalization', 'a skip of other dims', 'SHAPE_MISMATCH', {
    domain: 'com.microsoft',
    inputs: [x, feed('float32', [3, 3], Array(9).fill(1)), scale],
  });
  operatorRefuses('SkipLayerNormalization', 'rank 1', 'SHAPE_MISMATCH', {
    domain: 'com.microsoft',
    inputs: [scale, scale, scale],
  });
});

operatorCases('LayerNormalization', {
  title: 'rows of nothing, no rows, many rows',
  cases: 3,
  bound: BOUND,
  make: (rng, index) => {
    const dims = [
      [0, 3],
      [2, 1],
      [500, 33],
    ][index]!;
    const inputs = [random(rng, 'float32', dims), random(rng, 'float32', dims.slice(1))];
    const expected = index === 0 ? { expected: [feed('float32', dims, [])] } : {};
    return { opset: 17, inputs, ...expected, note: `${countOf(dims)} elements` };
  },
});
