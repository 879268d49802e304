// com.microsoft's operators from codes to codes. Where onnxruntime rounds in another place, which is said in the operators'
// files, one code of difference is allowed; each is also exact where both round alike.

import {
  absolute,
  broadcastable,
  type Case,
  exact,
  type Feed,
  feed,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  shape,
} from './harness.js';

const BYTES = ['uint8', 'int8'] as const;
const domain = 'com.microsoft';

const scale = (rng: Rng, low = 0.01, high = 0.1): Feed => random(rng, 'float32', [], { low, high });

/** By the index of the case: a table, and short rows of which one operand has the same in all. */
const BINARY_DIMS: Readonly<Record<number, number[]>> = {
  23: [3, 17000],
  24: [1, 12, 96, 3],
  25: [2, 31, 12, 5],
  26: [2, 7, 100, 24],
};
const BINARY_OTHERS: Readonly<Record<number, number[]>> = {
  23: [1, 17000],
  24: [3],
  25: [2, 1, 1, 5],
  26: [1, 1, 1, 24],
};

for (const opType of ['QLinearAdd', 'QLinearMul']) {
  operatorCases(opType, {
    cases: 27,
    bound: opType === 'QLinearMul' ? exact : absolute(1),
    make: (rng, index): Case => {
      const dims = BINARY_DIMS[index] ?? shape(rng, rng.int(0, 4), 1, 7);
      const other = BINARY_OTHERS[index] ?? broadcastable(rng, dims);
      const [a, b] = rng.float() < 0.5 ? [dims, other] : [other, dims];
      const type = pick(rng, BYTES);
      return {
        domain,
        inputs: [
          random(rng, type, a),
          scale(rng),
          random(rng, type, []),
          random(rng, type, b),
          scale(rng),
          random(rng, type, []),
          scale(rng, 0.05, 0.2),
          random(rng, type, []),
        ],
      };
    },
  });
}

operatorCases('QLinearConcat', {
  cases: 24,
  bound: exact,
  make: (rng): Case => {
    const dims = shape(rng, rng.int(1, 4), 1, 6);
    const axis = rng.int(0, dims.length - 1);
    const type = pick(rng, BYTES);
    const parts = Array.from({ length: rng.int(1, 3) }, () => [
      random(rng, type, dims.with(axis, rng.int(1, 5))),
      scale(rng),
      random(rng, type, []),
    ]);
    return {
      domain,
      attributes: { axis: BigInt(rng.float() < 0.3 ? axis - dims.length : axis) },
      inputs: [scale(rng), random(rng, type, []), ...parts.flat()],
    };
  },
});

for (const opType of ['QLinearSigmoid', 'QLinearLeakyRelu']) {
  operatorCases(opType, {
    cases: 20,
    bound: absolute(1),
    make: (rng): Case => {
      const type = pick(rng, BYTES);
      const sigmoid = opType === 'QLinearSigmoid';
      return {
        domain,
        attributes: sigmoid || rng.float() < 0.3 ? {} : { alpha: rng.float() },
        inputs: [
          random(rng, type, shape(rng, rng.int(1, 3), 1, 9)),
          scale(rng),
          random(rng, type, []),
          sigmoid ? feed('float32', [], [1 / 256]) : scale(rng),
          sigmoid ? feed(type, [], [type === 'int8' ? -128 : 0]) : random(rng, type, []),
        ],
      };
    },
  });
}

operatorCases('QLinearSoftmax', {
  cases: 20,
  bound: absolute(1),
  make: (rng): Case => {
    const type = pick(rng, BYTES);
    const dims = shape(rng, rng.int(1, 4), 1, 9);
    return {
      domain,
      attributes: { axis: BigInt(rng.int(-dims.length, dims.length - 1)), opset: pick(rng, [11n, 13n]) },
      inputs: [
        random(rng, type, dims),
        scale(rng),
        random(rng, type, []),
        feed('float32', [], [1 / 256]),
        feed(type, [], [type === 'int8' ? -128 : 0]),
      ],
    };
  },
});

operatorCases('QLinearGlobalAveragePool', {
  cases: 24,
  bound: absolute(1),
  make: (rng): Case => {
    const type = pick(rng, BYTES);
    return {
      domain,
      attributes: { channels_last: BigInt(rng.int(0, 1)) },
      inputs: [
        random(rng, type, shape(rng, rng.int(3, 5), 1, 9)),
        scale(rng),
        random(rng, type, []),
        scale(rng),
        random(rng, type, []),
      ],
    };
  },
});

operatorCases('QLinearAveragePool', {
  cases: 24,
  bound: absolute(1),
  make: (rng): Case => {
    const type = pick(rng, BYTES);
    const rank = rng.int(1, 3);
    const kernel = shape(rng, rank, 1, 3);
    const pads = [...kernel, ...kernel].map((size) => rng.int(0, size - 1));
    return {
      domain,
      attributes: {
        kernel_shape: kernel.map(BigInt),
        strides: shape(rng, rank, 1, 2).map(BigInt),
        pads: pads.map(BigInt),
        count_include_pad: BigInt(rng.int(0, 1)),
      },
      inputs: [
        random(rng, type, [rng.int(1, 2), rng.int(1, 9), ...shape(rng, rank, 3, 8)]),
        scale(rng),
        random(rng, type, []),
        scale(rng),
        random(rng, type, []),
      ],
    };
  },
});

const one = feed('float32', [], [1]);
const zero = feed('uint8', [], [0]);
const x = feed('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);
operatorRefuses('QLinearAdd', 'shapes that do not broadcast', 'SHAPE_MISMATCH', {
  domain,
  inputs: [x, one, zero, feed('uint8', [2], [1, 2]), one, zero, one, zero],
});
operatorRefuses('QLinearMul', 'operands of two types', 'SHAPE_MISMATCH', {
  domain,
  inputs: [x, one, zero, feed('int8', [1], [1]), one, feed('int8', [], [0]), one, zero],
});
operatorRefuses('QLinearAdd', 'a scale a channel', 'SHAPE_MISMATCH', {
  domain,
  inputs: [x, feed('float32', [3], [1, 1, 1]), zero, x, one, zero, one, zero],
});
operatorRefuses('QLinearConcat', 'dims that do not fit', 'SHAPE_MISMATCH', {
  domain,
  attributes: { axis: 0n },
  inputs: [one, zero, x, one, zero, feed('uint8', [1, 2], [1, 2]), one, zero],
});
operatorRefuses('QLinearConcat', 'a tensor without its zero point', 'GRAPH_INVALID', {
  domain,
  attributes: { axis: 0n },
  inputs: [one, zero, x, one, zero, x, one],
});
operatorRefuses('QLinearSoftmax', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  domain,
  attributes: { axis: 2n, opset: 13n },
  inputs: [x, one, zero, one, zero],
});
operatorRefuses('QLinearSigmoid', 'a zero point of another type', 'SHAPE_MISMATCH', {
  domain,
  inputs: [x, one, feed('int8', [], [0]), one, zero],
});
operatorRefuses('QLinearGlobalAveragePool', 'too few dims', 'SHAPE_MISMATCH', {
  domain,
  inputs: [x, one, zero, one, zero],
});
operatorRefuses('QLinearAveragePool', 'no kernel_shape', 'GRAPH_INVALID', {
  domain,
  inputs: [feed('uint8', [1, 1, 2], [1, 2]), one, zero, one, zero],
});
