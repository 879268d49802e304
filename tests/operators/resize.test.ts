// Resize and Upsample against onnxruntime.
//
// onnxruntime copies wherever no axis is scaled, a crop or not, and refuses linear and cubic for most sets of axes; those
// are judged by the definition, in float64, below.

import { describe } from 'node:test';
import type { AttributeInput } from '../support/onnxBuilder.js';
import {
  absolute,
  anyOf,
  type Bound,
  type Case,
  exact,
  type Feed,
  feed,
  ints,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
} from './harness.js';

type Attributes = Record<string, AttributeInput>;

const floats = (...values: number[]): Feed => feed('float32', [values.length], values);
const NEAR: Bound = anyOf(ofRange(2e-6), absolute(1e-6));

const MODES = [
  'half_pixel',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_half_pixel_for_nn',
  'half_pixel_symmetric',
  'tf_crop_and_resize',
];

/** The coordinate modes that an opset has. */
function coordinateMode(rng: Rng, opset: number): string {
  const mode = pick(rng, MODES);
  if (mode === 'tf_half_pixel_for_nn' && opset >= 13) return 'half_pixel';
  return mode === 'half_pixel_symmetric' && opset < 19 ? 'half_pixel' : mode;
}

/** Scales or sizes for `dims`, of which those not in `axes` stay; and a roi where it is read. */
function targets(rng: Rng, opset: number, dims: readonly number[], axes: readonly number[], mode: string) {
  const listed = opset >= 18 && rng.float() < 0.4 ? [...axes] : dims.map((_, i) => i);
  const scales = listed.map((axis) => (axes.includes(axis) ? scaleOf(rng, dims[axis]!) : 1));
  const sizes = listed.map((axis, i) => Math.max(1, Math.floor(Math.fround(dims[axis]! * scales[i]!))));
  const bySizes = rng.float() < 0.5;
  const crop = (low: number, high: number): number[] =>
    listed.map((axis) =>
      axes.includes(axis) ? low + rng.float() * (high - low) : Math.round(high) === 1 ? 1 : 0,
    );
  const roi = mode === 'tf_crop_and_resize' ? floats(...crop(-0.2, 0.4), ...crop(0.6, 1.2)) : floats();
  const policies = ['stretch', 'not_larger', 'not_smaller'];
  const policy = opset >= 18 && bySizes && listed.length === axes.length ? pick(rng, policies) : 'stretch';
  const attributes: Attributes = {
    ...(listed.length < dims.length && { axes: listed.map(BigInt) }),
    ...(policy !== 'stretch' && { keep_aspect_ratio_policy: policy }),
  };
  const noScales = opset < 13 ? floats() : undefined;
  const inputs = bySizes ? [roi, noScales, ints(...sizes)] : [roi, floats(...scales)];
  return { attributes, inputs };
}

function scaleOf(rng: Rng, extent: number): number {
  return pick(rng, [2, 3, 0.5, 1.7, 0.6, (extent + 1) / extent, 1 / extent + 0.3]);
}

function resizeCase(
  rng: Rng,
  mode: string,
  dims: number[],
  axes: number[],
  more: Attributes,
  dtype = 'float32' as Feed['dtype'],
): Case {
  const opset = pick(rng, more.antialias === undefined ? [11, 13, 18, 19] : [18, 19]);
  const coordinates = coordinateMode(rng, opset);
  const { attributes, inputs } = targets(rng, opset, dims, axes, coordinates);
  const all: Attributes = { mode, coordinate_transformation_mode: coordinates, ...attributes, ...more };
  if (coordinates === 'tf_crop_and_resize') all.extrapolation_value = 7;
  return { opset, attributes: all, inputs: [random(rng, dtype, dims), ...inputs], constants: [1, 2, 3] };
}

operatorCases('Resize', {
  title: 'nearest',
  cases: 50,
  bound: exact,
  make: (rng) => {
    const rank = rng.int(1, 5);
    const dims = Array.from({ length: rank }, () => rng.int(1, 6));
    const axes = dims.flatMap((_, i) => (rng.float() < 0.6 ? [i] : []));
    if (axes.length === 0) axes.push(rank - 1);
    const rounding = pick(rng, ['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']);
    const dtype = pick(rng, ['float32', 'int32', 'int8', 'uint8'] as const);
    return resizeCase(rng, 'nearest', dims, axes, { nearest_mode: rounding }, dtype);
  },
});

/** Dims of which onnxruntime can blend the two axes that are given, whatever their place. */
function plane(rng: Rng): { dims: number[]; axes: number[] } {
  const [h, w, n, c] = [rng.int(1, 7), rng.int(1, 9), rng.int(1, 2), rng.int(1, 3)];
  return pick(rng, [
    { dims: [n, c, h, w], axes: [2, 3] },
    { dims: [h, w], axes: [0, 1] },
  ]);
}

operatorCases('Resize', {
  title: 'linear',
  cases: 40,
  bound: NEAR,
  make: (rng) => {
    const { dims, axes } = plane(rng);
    return resizeCase(rng, 'linear', dims, axes, {});
  },
});

operatorCases('Resize', {
  title: 'linear of three axes',
  cases: 20,
  bound: NEAR,
  make: (rng) => {
    const volume = [rng.int(1, 5), rng.int(1, 5), rng.int(1, 6)];
    return resizeCase(rng, 'linear', [1, 2, ...volume], [2, 3, 4], {});
  },
});

operatorCases('Resize', {
  title: 'linear with channels last',
  cases: 20,
  bound: NEAR,
  make: (rng) => {
    const dims = [1, rng.int(2, 7), rng.int(2, 7), pick(rng, [1, 3, 4, 9])];
    return resizeCase(rng, 'linear', dims, [1, 2], { coordinate_transformation_mode: 'half_pixel' });
  },
});

operatorCases('Resize', {
  title: 'linear of integers',
  cases: 30,
  bound: absolute(1),
  make: (rng) => {
    const { dims, axes } = plane(rng);
    const dtype = pick(rng, ['uint8', 'int8', 'int32'] as const);
    return resizeCase(rng, 'linear', dims, axes, {}, dtype);
  },
});

operatorCases('Resize', {
  title: 'cubic',
  cases: 40,
  bound: anyOf(ofRange(5e-6), absolute(1e-6)),
  make: (rng) => {
    const { dims, axes } = plane(rng);
    const more: Attributes = {
      ...(rng.float() < 0.5 && { cubic_coeff_a: -0.5 }),
      ...(rng.float() < 0.5 && { exclude_outside: 1n }),
    };
    return resizeCase(rng, 'cubic', dims, axes, more);
  },
});

operatorCases('Resize', {
  title: 'antialias',
  cases: 40,
  bound: anyOf(ofRange(5e-6), absolute(1e-6)),
  make: (rng) => {
    const [n, c] = [rng.int(1, 2), rng.int(1, 3)];
    const dims = [n, c, rng.int(2, 12), rng.int(2, 14)];
    const mode = pick(rng, ['linear', 'cubic']);
    const more: Attributes = { antialias: 1n, ...(rng.float() < 0.5 && { exclude_outside: 1n }) };
    return resizeCase(rng, mode, dims, [2, 3], more);
  },
});

/** One axis after the other in float64: half_pixel, borders repeated. */
function definition(x: Feed, axes: readonly number[], scale: number, cubic: boolean): Feed {
  let dims = [...x.dims];
  let values = Array.from(x.data as Float32Array);
  for (const axis of axes) {
    const extent = dims[axis]!;
    const outputs = extent * scale;
    const inner = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
    const outer = values.length / extent / inner;
    const out: number[] = [];
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < outputs; i++)
        for (let k = 0; k < inner; k++) {
          const at = (i + 0.5) / scale - 0.5;
          let sum = 0;
          for (let tap = Math.floor(at) - 1; tap <= Math.floor(at) + 2; tap++) {
            const from = Math.min(Math.max(tap, 0), extent - 1);
            sum += weight(Math.abs(at - tap), cubic) * values[(o * extent + from) * inner + k]!;
          }
          out.push(sum);
        }
    values = out;
    dims = dims.map((dim, i) => (i === axis ? outputs : dim));
  }
  return feed('float32', dims, values);
}

function weight(d: number, cubic: boolean): number {
  if (!cubic) return Math.max(0, 1 - d);
  if (d <= 1) return 1.25 * d ** 3 - 2.25 * d ** 2 + 1;
  return d < 2 ? -0.75 * (d ** 3 - 5 * d ** 2 + 8 * d - 4) : 0;
}

operatorCases('Resize', {
  title: 'blends along any axes',
  cases: 24,
  bound: ofRange(2e-6),
  make: (rng, index) => {
    const dims = Array.from({ length: rng.int(1, 5) }, () => rng.int(1, 5));
    const axes = dims.flatMap((_, i) => (rng.float() < 0.6 ? [i] : []));
    if (axes.length === 0) axes.push(0);
    const cubic = index % 2 === 0;
    const scale = pick(rng, [2, 3]);
    const scales = floats(...dims.map((_, i) => (axes.includes(i) ? scale : 1)));
    const x = random(rng, 'float32', dims);
    const attributes = { mode: cubic ? 'cubic' : 'linear' };
    return { attributes, inputs: [x, undefined, scales], expected: [definition(x, axes, scale, cubic)] };
  },
});

operatorCases('Resize', {
  title: 'a crop of equal size',
  cases: 1,
  bound: exact,
  make: () => {
    const x = feed('float32', [5], [0, 1, 2, 3, 4]);
    const attributes = { coordinate_transformation_mode: 'tf_crop_and_resize', mode: 'linear' };
    const inputs = [x, floats(0.25, 0.75), undefined, ints(5)];
    return { attributes, inputs, expected: [feed('float32', [5], [1, 1.5, 2, 2.5, 3])] };
  },
});

operatorCases('Resize', {
  title: 'of opset 10',
  cases: 20,
  bound: NEAR,
  make: (rng) => {
    const dims = [1, 2, rng.int(2, 7), rng.int(2, 7)];
    const scales = floats(1, 1, scaleOf(rng, dims[2]!), scaleOf(rng, dims[3]!));
    const inputs = [random(rng, 'float32', dims), scales];
    return { opset: 10, attributes: { mode: pick(rng, ['nearest', 'linear']) }, inputs };
  },
});

operatorCases('Upsample', {
  cases: 24,
  bound: NEAR,
  make: (rng, index) => {
    const opset = [7, 8, 9][index % 3]!;
    const dims = [rng.int(1, 2), rng.int(1, 3), rng.int(1, 5), rng.int(1, 6)];
    const scales = [1, 1, pick(rng, [1, 2, 1.5, 3]), pick(rng, [2, 1.3, 4])];
    const mode = pick(rng, ['nearest', 'linear']);
    const x = random(rng, 'float32', dims);
    if (opset >= 9) return { opset, attributes: { mode }, inputs: [x, floats(...scales)] };
    return { opset, attributes: { mode, scales }, inputs: [x] };
  },
});

describe('Resize refuses', () => {
  const x = feed('float32', [1, 1, 2, 3], [1, 2, 3, 4, 5, 6]);
  type Code = 'SHAPE_MISMATCH' | 'GRAPH_INVALID' | 'UNSUPPORTED_DTYPE' | 'LIMIT_EXCEEDED';
  const refuse = (
    why: string,
    inputs: (Feed | undefined)[],
    message: RegExp,
    attributes: Attributes = {},
    code: Code = 'SHAPE_MISMATCH',
  ): void => operatorRefuses('Resize', why, code, { opset: 18, attributes, inputs }, message);
  const two = floats(1, 1, 2, 2);

  refuse('scales of 0', [x, undefined, floats(1, 1, 0, 2)], /scales hold 0/);
  refuse('negative scales', [x, undefined, floats(1, 1, -1, 2)], /scales hold -1/);
  refuse('scales that are no numbers', [x, undefined, floats(1, 1, NaN, 2)], /scales hold NaN/);
  refuse('infinite scales', [x, undefined, floats(1, 1, Infinity, 2)], /scales hold Infinity/);
  refuse('too few scales', [x, undefined, floats(2, 2)], /scales has 2 numbers, needs 4/);
  refuse('sizes below 0', [x, undefined, undefined, ints(1, 1, -2, 2)], /sizes hold -2/);
  refuse('scales and sizes', [x, undefined, two, ints(1, 1, 2, 2)], /either/, {}, 'GRAPH_INVALID');
  refuse('neither scales nor sizes', [x, undefined, floats()], /either/, {}, 'GRAPH_INVALID');
  const huge = ints(1, 1, 100000, 100000);
  refuse('an output beyond 2^32', [x, undefined, undefined, huge], /2\^32/, {}, 'LIMIT_EXCEEDED');
  refuse('an axis beyond the rank', [x, undefined, floats(2)], /axis 4/, { axes: [4n] });
  refuse('an axis twice', [x, undefined, floats(2, 2)], /twice/, { axes: [3n, -1n] });
  refuse('an unknown mode', [x, undefined, two], /mode spline/, { mode: 'spline' });
  const odd = { coordinate_transformation_mode: 'middle' };
  refuse('unknown coordinates', [x, undefined, two], /middle is not known/, odd);
  refuse('an unknown rounding', [x, undefined, two], /up is not known/, { nearest_mode: 'up' });
  refuse('an antialiased nearest', [x, undefined, two], /antialias/, { antialias: 1n });
  const policy = { keep_aspect_ratio_policy: 'wider' };
  refuse('an unknown policy', [x, undefined, undefined, ints(1, 1, 2, 2)], /wider/, policy);
  const crop = { coordinate_transformation_mode: 'tf_crop_and_resize' };
  refuse('a crop without a roi', [x, undefined, two], /needs a roi/, crop, 'GRAPH_INVALID');
  refuse('a roi that is too short', [x, floats(0, 0, 1, 1), two], /roi has 4/, crop);
  const wide = feed('float64', [1, 1, 1, 2], [1, 2]);
  refuse(
    'float64 in mode linear',
    [wide, undefined, two],
    /float64/,
    { mode: 'linear' },
    'UNSUPPORTED_DTYPE',
  );
  const empty = feed('float32', [1, 1, 0, 3], []);
  refuse('an empty axis made longer', [empty, undefined, undefined, ints(1, 1, 2, 3)], /empty axis/);
  const shrunk = { opset: 9, inputs: [x, floats(1, 1, 0.5, 1)] };
  operatorRefuses('Upsample', 'scales below 1', 'SHAPE_MISMATCH', shrunk, /less than 1/);
});
