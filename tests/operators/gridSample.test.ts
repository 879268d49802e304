// GridSample against onnxruntime.

import { describe } from 'node:test';
import {
  absolute,
  anyOf,
  type Case,
  feed,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  random,
} from './harness.js';

const MODES = { 16: ['bilinear', 'nearest', 'bicubic'], 20: ['linear', 'nearest', 'cubic'] } as const;

operatorCases('GridSample', {
  cases: 48,
  bound: anyOf(ofRange(4e-6), absolute(2e-6)),
  make: (rng, index) => {
    const opset = pick(rng, [16, 20] as const);
    const mode = MODES[opset][index % 3]!;
    // onnxruntime samples volumes from opset 20 on, cubic in planes only.
    const rank = opset === 20 && index % 3 < 2 && rng.float() < 0.4 ? 3 : 2;
    const [n, c] = [rng.int(1, 2), rng.int(1, 3)];
    const extents = Array.from({ length: rank }, () => rng.int(1, 6));
    const points = Array.from({ length: rank }, () => rng.int(1, 9));
    const reach = pick(rng, [1, 1.5, 4]);
    const attributes = {
      mode,
      padding_mode: pick(rng, ['zeros', 'border', 'reflection']),
      align_corners: BigInt(rng.int(0, 1)),
    };
    const grid = random(rng, 'float32', [n, ...points, rank], { low: -reach, high: reach });
    return { opset, attributes, inputs: [random(rng, 'float32', [n, c, ...extents]), grid] };
  },
});

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

operatorCases('GridSample', {
  title: 'points that are nowhere, far away and on borders',
  cases: 18,
  bound: ofRange(4e-6),
  make: (rng, index) => {
    const points = [nan, 0, 0, nan, inf, 0.1, 0, -inf, 1e30, 0, 1e6, -3, -1, 1, -0.6, 0.5, 0, 0];
    const attributes = {
      mode: MODES[16][index % 3]!,
      padding_mode: ['zeros', 'border', 'reflection'][Math.floor(index / 3) % 3]!,
      align_corners: index >= 9,
    };
    const grid = feed('float32', [1, 3, 3, 2], points);
    return { opset: 16, attributes, inputs: [random(rng, 'float32', [1, 2, 4, 5]), grid] };
  },
});

operatorCases('GridSample', {
  title: 'more points than one block holds',
  cases: 2,
  bound: ofRange(4e-6),
  make: (rng) => {
    const grid = random(rng, 'float32', [2, 9, 15, 2], { low: -1.2, high: 1.2 });
    return { opset: 16, attributes: {}, inputs: [random(rng, 'float32', [2, 3, 7, 5]), grid] };
  },
});

describe('GridSample refuses', () => {
  const x = feed('float32', [1, 1, 2, 2], [1, 2, 3, 4]);
  const grid = feed('float32', [1, 1, 1, 2], [0, 0]);
  const refuse = (
    why: string,
    each: Case,
    message: RegExp,
    code: 'SHAPE_MISMATCH' | 'UNSUPPORTED_DTYPE' | 'UNSUPPORTED_OP' = 'SHAPE_MISMATCH',
  ): void => operatorRefuses('GridSample', why, code, { opset: 20, ...each }, message);

  refuse('an unknown mode', { attributes: { mode: 'area' }, inputs: [x, grid] }, /mode area/);
  refuse(
    'an unknown padding',
    { attributes: { padding_mode: 'wrap' }, inputs: [x, grid] },
    /padding_mode wrap/,
  );
  refuse(
    'three coordinates in a plane',
    { inputs: [x, feed('float32', [1, 1, 1, 3], [0, 0, 0])] },
    /does not fit/,
  );
  refuse(
    'a grid of other batches',
    { inputs: [x, feed('float32', [2, 1, 1, 2], [0, 0, 0, 0])] },
    /does not fit/,
  );
  refuse('a matrix', { inputs: [feed('float32', [2, 2], [1, 2, 3, 4]), grid] }, /needs 4 or 5 dims/);
  refuse('an empty plane', { inputs: [feed('float32', [1, 1, 0, 2], []), grid] }, /nothing to sample/);
  const volume = feed('float32', [1, 1, 1, 1, 1], [1]);
  const point = feed('float32', [1, 1, 1, 1, 3], [0, 0, 0]);
  const cubic = { attributes: { mode: 'cubic' }, inputs: [volume, point] };
  refuse('a cubic volume', cubic, /planes only/, 'UNSUPPORTED_OP');
  const wide = feed('float64', [1, 1, 2, 2], [1, 2, 3, 4]);
  refuse('float64', { inputs: [wide, grid] }, /float64/, 'UNSUPPORTED_DTYPE');
});
