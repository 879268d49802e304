// ConvInteger and QLinearConv: 1 to 3 axes, groups, depthwise, pads, strides, dilations, exact against onnxruntime. What it
// refuses (zero points that differ between channels) is held against the definition.

import { roundHalfToEven } from '../support/quant-oracle.js';
import {
  type Case,
  countOf,
  exact,
  type Feed,
  feed,
  numbersOf,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
} from './harness.js';

const BYTES = ['uint8', 'int8'] as const;

interface Conv {
  readonly x: readonly number[];
  readonly weights: readonly number[];
  readonly attributes: Readonly<Record<string, readonly bigint[] | bigint | string>>;
}

const bigints = (numbers: readonly number[]): bigint[] => numbers.map(BigInt);

/** Sizes and attributes that fit each other. */
function randomConv(rng: Rng, rank = rng.int(1, 3)): Conv {
  const kind = rng.int(0, 3);
  const groups = kind === 0 ? 1 : kind === 1 ? rng.int(2, 3) : kind === 2 ? rng.int(2, 40) : 1;
  const groupChannels = kind === 2 ? 1 : rng.int(1, 6);
  const groupOutputs = kind === 2 && rng.float() < 0.7 ? 1 : rng.int(1, 9);
  const kernel = kind === 3 ? Array(rank).fill(1) : shape(rng, rank, 1, 3);
  const dilations = shape(rng, rank, 1, 2);
  const extents = kernel.map((size, i) => (size - 1) * dilations[i]! + rng.int(1, 5));
  const auto = rng.float() < 0.2 ? pick(rng, ['SAME_UPPER', 'SAME_LOWER', 'VALID']) : undefined;
  const plain = kind === 3 && rng.float() < 0.5;
  const pads = plain ? Array(2 * rank).fill(0) : shape(rng, 2 * rank, 0, 2);
  return {
    x: [rng.int(1, 2), groups * groupChannels, ...extents],
    weights: [groups * groupOutputs, groupChannels, ...kernel],
    attributes: {
      group: BigInt(groups),
      dilations: bigints(auto?.startsWith('SAME') ? Array(rank).fill(1) : dilations),
      strides: bigints(plain ? Array(rank).fill(1) : shape(rng, rank, 1, 2)),
      ...(auto === undefined ? { pads: bigints(pads) } : { auto_pad: auto }),
    },
  };
}

operatorCases('ConvInteger', {
  cases: 30,
  bound: exact,
  make: (rng): Case => {
    const conv = randomConv(rng);
    // onnxruntime has unsigned x alone.
    const x = random(rng, 'uint8', conv.x);
    const weights = random(rng, 'uint8', conv.weights);
    return {
      opset: 10,
      attributes: conv.attributes,
      inputs: [
        x,
        weights,
        rng.float() < 0.7 ? random(rng, x.dtype, []) : undefined,
        rng.float() < 0.7 ? random(rng, weights.dtype, []) : undefined,
      ],
      constants: rng.float() < 0.5 ? [1] : [],
    };
  },
});

operatorCases('QLinearConv', {
  cases: 60,
  bound: exact,
  make: (rng): Case => {
    const conv = randomConv(rng);
    const type = pick(rng, BYTES);
    const weightType = type === 'int8' ? 'int8' : pick(rng, BYTES);
    const weights = random(rng, weightType, conv.weights);
    const outputs = conv.weights[0]!;
    const perChannel = rng.float() < 0.6;
    const zero = rng.int(weightType === 'int8' ? -20 : 100, weightType === 'int8' ? 20 : 150);
    return {
      opset: 10,
      attributes: conv.attributes,
      inputs: [
        random(rng, type, conv.x),
        random(rng, 'float32', [], { low: 0.001, high: 0.03 }),
        random(rng, type, []),
        weights,
        random(rng, 'float32', perChannel ? [outputs] : [], { low: 0.001, high: 0.03 }),
        perChannel && rng.float() < 0.5
          ? feed(weightType, [outputs], Array(outputs).fill(zero))
          : feed(weightType, [], [zero]),
        random(rng, 'float32', [], { low: 0.01, high: 0.2 }),
        random(rng, type, []),
        rng.float() < 0.5 ? random(rng, 'int32', [outputs], { low: -9000, high: 9000 }) : undefined,
      ],
      constants: rng.float() < 0.6 ? [3, 8] : [],
    };
  },
});

operatorCases('QLinearConv', {
  title: 'depthwise, constant weights',
  cases: 40,
  bound: exact,
  make: (rng, index): Case => {
    const rank = index % 5 === 0 ? 1 : 2;
    const size = pick(rng, [3, 3, 5, 2]);
    const groups = pick(rng, [2, 7, 8, 17, 32, 40]);
    const type = pick(rng, BYTES);
    const weightType = type === 'int8' ? 'int8' : pick(rng, BYTES);
    const zero = rng.int(weightType === 'int8' ? -20 : 100, weightType === 'int8' ? 20 : 150);
    const stride = index % 2 === 0 ? 1 : rng.int(1, 2);
    const kernel = Array<number>(rank).fill(size);
    return {
      opset: 10,
      attributes: {
        group: BigInt(groups),
        strides: bigints(Array(rank).fill(stride)),
        pads: bigints(shape(rng, 2 * rank, 0, index % 3 === 0 ? 2 : 1)),
      },
      inputs: [
        random(rng, type, [rng.int(1, 2), groups, ...shape(rng, rank, size, 9)]),
        random(rng, 'float32', [], { low: 0.001, high: 0.03 }),
        random(rng, type, []),
        random(rng, weightType, [groups, 1, ...kernel]),
        random(rng, 'float32', index % 4 === 0 ? [] : [groups], { low: 0.001, high: 0.03 }),
        index % 4 === 1 ? feed(weightType, [groups], Array(groups).fill(zero)) : feed(weightType, [], [zero]),
        random(rng, 'float32', [], { low: 0.01, high: 0.2 }),
        random(rng, type, []),
        rng.float() < 0.6 ? random(rng, 'int32', [groups], { low: -9000, high: 9000 }) : undefined,
      ],
      constants: [3, 5, ...(rng.float() < 0.5 ? [1, 2, 4, 6, 7, 8] : [])],
    };
  },
});

/** Sums of a convolution over two axes, ONNX's layout, straight from the definition. */
function convOracle(
  x: Feed,
  weights: Feed,
  xZeroPoint: number,
  weightZeroPoints: readonly number[],
  pad: number,
): { dims: number[]; sums: number[] } {
  const [batch, channels, height, width] = x.dims as [number, number, number, number];
  const [outputs, groupChannels, kh, kw] = weights.dims as [number, number, number, number];
  const groupOutputs = outputs / (channels / groupChannels);
  const [oh, ow] = [height + 2 * pad - kh + 1, width + 2 * pad - kw + 1];
  const [xs, ws] = [numbersOf(x).map(Number), numbersOf(weights).map(Number)];
  const dims = [batch, outputs, oh, ow];
  const sums = Array.from({ length: countOf(dims) }, (_, index) => {
    const [b, m] = [Math.floor(index / (outputs * oh * ow)), Math.floor(index / (oh * ow)) % outputs];
    const [top, left] = [(Math.floor(index / ow) % oh) - pad, (index % ow) - pad];
    let sum = 0;
    for (let c = 0; c < groupChannels; c++)
      for (let i = 0; i < kh; i++)
        for (let j = 0; j < kw; j++) {
          const [y, z] = [top + i, left + j];
          if (y < 0 || z < 0 || y >= height || z >= width) continue;
          const channel = Math.floor(m / groupOutputs) * groupChannels + c;
          const code = xs[((b * channels + channel) * height + y) * width + z]!;
          const weight = ws[((m * groupChannels + c) * kh + i) * kw + j]!;
          sum += (code - xZeroPoint) * (weight - weightZeroPoints[m % weightZeroPoints.length]!);
        }
    return sum;
  });
  return { dims, sums };
}

operatorCases('ConvInteger', {
  title: 'signed codes, a zero point a channel, many channels',
  cases: 24,
  bound: exact,
  make: (rng, index): Case => {
    const wide = index >= 20;
    const groups = wide ? 1 : pick(rng, [1, 2, 4]);
    const depthwise = index % 3 === 0 && !wide;
    const groupChannels = depthwise ? 1 : wide ? 17 : rng.int(1, 4);
    const outputs = depthwise ? groups : groups * (wide ? 600 : rng.int(1, 5));
    const x = random(rng, pick(rng, BYTES), [rng.int(1, 2), groups * groupChannels, 5, 4]);
    const weights = random(rng, pick(rng, BYTES), [outputs, groupChannels, 3, 2]);
    const [za, zb] = [
      random(rng, x.dtype, []),
      random(rng, weights.dtype, rng.float() < 0.7 ? [outputs] : [1]),
    ];
    const { dims, sums } = convOracle(x, weights, Number(za.data[0]), numbersOf(zb).map(Number), 1);
    return {
      opset: 10,
      attributes: { group: BigInt(groups), pads: [1n, 1n, 1n, 1n] },
      inputs: [x, weights, za, zb],
      expected: [feed('int32', dims, sums)],
      constants: rng.float() < 0.5 ? [1] : [],
    };
  },
});

operatorCases('QLinearConv', {
  title: 'zero points that differ between channels',
  cases: 6,
  bound: exact,
  make: (rng): Case => {
    const x = random(rng, 'int8', [1, 4, 6, 5]);
    const weights = random(rng, 'uint8', [6, 2, 3, 3]);
    const [za, zb, zy] = [random(rng, 'int8', []), random(rng, 'uint8', [6]), random(rng, 'uint8', [1])];
    const scale = (dims: number[], low: number): Feed =>
      random(rng, 'float32', dims, { low, high: low * 10 });
    const [sa, sb, sy] = [scale([1], 0.002), scale([6], 0.002), scale([], 0.02)];
    const { dims, sums } = convOracle(x, weights, Number(za.data[0]), numbersOf(zb).map(Number), 0);
    const codes = sums.map((sum, i) => {
      const channel = Math.floor(i / (dims[2]! * dims[3]!)) % 6;
      const product = Math.fround(Number(sa.data[0]) * Number(sb.data[channel]));
      const multiplier = Math.fround(product / Number(sy.data[0]));
      return Math.min(255, Math.max(0, roundHalfToEven(Math.fround(sum * multiplier)) + Number(zy.data[0])));
    });
    return {
      opset: 10,
      attributes: { group: 2n },
      inputs: [x, sa, za, weights, sb, zb, sy, zy],
      expected: [feed('uint8', dims, codes)],
    };
  },
});

/** One scale, or one a channel. */
const weightScales = (rng: Rng, outputs: number): Feed =>
  random(rng, 'float32', rng.float() < 0.5 ? [outputs] : [], { low: 0.001, high: 0.03 });

/** A convolution over two axes, and its sums. */
function sums(
  rng: Rng,
  depthwise: boolean,
): {
  inputs: [Feed, Feed, Feed, Feed, Feed];
  outputs: number;
  dims: number[];
  bias: Feed;
  all: number[];
} {
  const groups = depthwise ? 2 : rng.int(1, 2);
  const [channels, outputs] = [
    depthwise ? 2 : groups * rng.int(1, 6),
    depthwise ? 2 : groups * rng.int(2, 10),
  ];
  const x = random(rng, pick(rng, BYTES), [rng.int(1, 2), channels, rng.int(3, 6), rng.int(3, 6)]);
  const weights = random(rng, 'int8', [
    outputs,
    depthwise ? 1 : channels / groups,
    rng.int(1, 3),
    rng.int(1, 3),
  ]);
  const [za, zb] = [random(rng, x.dtype, []), feed('int8', [], [0])];
  const scale = random(rng, 'float32', [], { low: 0.001, high: 0.03 });
  const bias = random(rng, 'int32', [outputs], { low: -9000, high: 9000 });
  const { dims, sums: all } = convOracle(x, weights, Number(za.data[0]), [0], 1);
  const plane = dims[2]! * dims[3]!;
  const biased = all.map((sum, i) => sum + Number(bias.data[Math.floor(i / plane) % outputs]));
  return { inputs: [x, scale, za, weights, zb], outputs, dims, bias, all: biased };
}

const scaleAt = (scales: Feed, channel: number): number => Number(scales.data[channel % scales.data.length]);

operatorCases('QLinearConv', {
  title: 'code_min and code_max, which onnxruntime lacks',
  cases: 20,
  bound: exact,
  make: (rng): Case => {
    const { inputs, outputs, dims, bias, all } = sums(rng, false);
    const [x, sa, za, weights, zb] = inputs;
    const sb = weightScales(rng, outputs);
    const sy = random(rng, 'float32', [], { low: 0.01, high: 0.2 });
    const zy = random(rng, pick(rng, BYTES), []);
    const low = rng.int(0, 120) - (zy.dtype === 'int8' ? 128 : 0);
    const high = low + rng.int(0, 100);
    const plane = dims[2]! * dims[3]!;
    const codes = all.map((sum, i) => {
      const product = Math.fround(Number(sa.data[0]) * scaleAt(sb, Math.floor(i / plane) % outputs));
      const scaled = Math.fround(Math.fround(sum) * Math.fround(product / Number(sy.data[0])));
      return Math.min(high, Math.max(low, roundHalfToEven(scaled) + Number(zy.data[0])));
    });
    return {
      attributes: {
        group: BigInt(x.dims[1]! / weights.dims[1]!),
        pads: [1n, 1n, 1n, 1n],
        code_min: BigInt(low),
        code_max: BigInt(high),
      },
      inputs: [x, sa, za, weights, sb, zb, sy, zy, bias],
      expected: [feed(zy.dtype, dims, codes)],
      constants: rng.float() < 0.6 ? [3, 5] : [],
    };
  },
});

operatorCases('DequantizedConv', {
  cases: 24,
  bound: exact,
  make: (rng): Case => {
    const { inputs, outputs, dims, bias, all } = sums(rng, rng.float() < 0.2);
    const [x, sa, za, weights, zb] = inputs;
    const sb = weightScales(rng, outputs);
    const plane = dims[2]! * dims[3]!;
    const floats = all.map((sum, i) => {
      const multiplier = Math.fround(Number(sa.data[0]) * scaleAt(sb, Math.floor(i / plane) % outputs));
      return Math.fround(Math.fround(sum) * multiplier);
    });
    return {
      domain: 'octavo',
      attributes: { group: BigInt(x.dims[1]! / weights.dims[1]!), pads: [1n, 1n, 1n, 1n] },
      inputs: [x, sa, za, weights, sb, zb, bias],
      expected: [feed('float32', dims, floats)],
      constants: rng.float() < 0.6 ? [3, 5] : [],
    };
  },
});

const x = feed('uint8', [1, 2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
const w = feed('int8', [2, 2, 1, 1], [1, 2, 3, 4]);
const one = feed('float32', [], [1]);
const u0 = feed('uint8', [], [0]);
const s0 = feed('int8', [], [0]);
operatorRefuses('ConvInteger', 'channels that do not fit', 'SHAPE_MISMATCH', {
  inputs: [x, feed('int8', [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])],
});
operatorRefuses('ConvInteger', 'a group that divides nothing', 'SHAPE_MISMATCH', {
  attributes: { group: 3n },
  inputs: [x, w],
});
operatorRefuses('ConvInteger', 'a kernel larger than x', 'SHAPE_MISMATCH', {
  inputs: [x, feed('int8', [1, 2, 3, 1], [1, 2, 3, 4, 5, 6])],
});
operatorRefuses('ConvInteger', 'two zero points of x', 'SHAPE_MISMATCH', {
  inputs: [x, w, feed('uint8', [2], [0, 0])],
});
operatorRefuses('ConvInteger', 'weights of another rank', 'SHAPE_MISMATCH', {
  inputs: [x, feed('int8', [2, 2, 1], [1, 2, 3, 4])],
});
operatorRefuses('ConvInteger', 'floats', 'UNSUPPORTED_DTYPE', {
  inputs: [feed('float32', [1, 1, 1], [1]), feed('float32', [1, 1, 1], [1])],
});
operatorRefuses('QLinearConv', 'scales of another length than the channels', 'SHAPE_MISMATCH', {
  inputs: [x, one, u0, w, feed('float32', [3], [1, 1, 1]), s0, one, u0],
});
operatorRefuses('QLinearConv', 'a bias of floats', 'UNSUPPORTED_DTYPE', {
  inputs: [x, one, u0, w, one, s0, one, u0, feed('float32', [2], [1, 1])],
});
operatorRefuses('QLinearConv', 'a bias of another length', 'SHAPE_MISMATCH', {
  inputs: [x, one, u0, w, one, s0, one, u0, feed('int32', [3], [1, 1, 1])],
});
operatorRefuses('QLinearConv', 'pads of another length', 'SHAPE_MISMATCH', {
  attributes: { pads: [1n, 1n] },
  inputs: [x, one, u0, w, one, s0, one, u0],
});
operatorRefuses('QLinearConv', 'a zero point of another type', 'SHAPE_MISMATCH', {
  inputs: [x, one, s0, w, one, s0, one, u0],
});
operatorRefuses('QLinearConv', 'a code_min above code_max', 'SHAPE_MISMATCH', {
  attributes: { code_min: 5n, code_max: 4n },
  inputs: [x, one, u0, w, one, s0, one, u0],
});
