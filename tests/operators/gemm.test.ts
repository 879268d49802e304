// Gemm against onnxruntime: every shape of C, transposes, scales, opsets. Sums within a share of the output's range.

import { type Case, ofRange, operatorCases, operatorRefuses, Rng, random } from './harness.js';

const OPSETS = [7, 9, 11, 13] as const;

/** Shapes of C that broadcast to [m, n], and none. */
function addend(rng: Rng, m: number, n: number, optional: boolean): number[] | undefined {
  const shapes = [[n], [1, n], [m, 1], [m, n], [1, 1], [1], []];
  const which = rng.int(0, shapes.length - (optional ? 0 : 1));
  return shapes[which];
}

function gemmCase(
  rng: Rng,
  dtype: 'float32' | 'float64',
  [m, n, k]: readonly [number, number, number],
): Case {
  const opset = OPSETS[rng.int(0, 3)]!;
  const [transA, transB] = [rng.int(0, 1), rng.int(0, 1)];
  const c = addend(rng, m, n, opset >= 11);
  const scaled = rng.float() < 0.5;
  return {
    opset,
    attributes: {
      transA: BigInt(transA),
      transB: BigInt(transB),
      ...(scaled ? { alpha: [0.25, 1, 2][rng.int(0, 2)]!, beta: [0.5, 1, 0, 0.1][rng.int(0, 3)]! } : {}),
    },
    inputs: [
      random(rng, dtype, transA ? [k, m] : [m, k]),
      random(rng, dtype, transB ? [n, k] : [k, n]),
      c === undefined ? undefined : random(rng, dtype, c),
    ],
    constants: rng.float() < 0.6 ? (c === undefined ? [1] : [1, 2]) : [],
  };
}

operatorCases('Gemm', {
  cases: 48,
  bound: ofRange(1e-6),
  make: (rng) => gemmCase(rng, 'float32', [rng.int(1, 13), rng.int(1, 19), rng.int(1, 12)]),
});

operatorCases('Gemm', {
  title: 'float64',
  cases: 20,
  bound: ofRange(1e-14),
  make: (rng) => gemmCase(rng, 'float64', [rng.int(1, 6), rng.int(1, 9), rng.int(1, 8)]),
});

operatorCases('Gemm', {
  title: 'wider, and empty',
  cases: 12,
  bound: ofRange(1e-6),
  make: (rng, index) => {
    const sizes = [
      [64, 130, 75],
      [1, 300, 128],
      [130, 1, 64],
      [0, 4, 3],
      [4, 0, 3],
    ] as const;
    return gemmCase(rng, 'float32', sizes[index % sizes.length]!);
  },
});

const ACTIVATIONS = {
  Relu: {},
  Sigmoid: {},
  Tanh: {},
  Softplus: {},
  Softsign: {},
  LeakyRelu: { activation_alpha: 0.2 },
  ThresholdedRelu: { activation_alpha: 0.7 },
  Elu: { activation_alpha: 0.6 },
  HardSigmoid: { activation_alpha: 0.3, activation_beta: 0.4 },
} as const;

operatorCases('FusedGemm', {
  cases: 27,
  bound: ofRange(2e-6),
  make: (rng, index) => {
    const [activation, parameters] = Object.entries(ACTIVATIONS)[index % 9]!;
    const each = gemmCase(rng, 'float32', [rng.int(1, 9), rng.int(1, 11), rng.int(1, 8)]);
    return {
      ...each,
      opset: 13,
      domain: 'com.microsoft',
      attributes: { ...each.attributes, activation, ...parameters },
    };
  },
});

const rng = new Rng(1);
const f = (...dims: number[]) => random(rng, 'float32', dims);
operatorRefuses('Gemm', 'depths differ', 'SHAPE_MISMATCH', { inputs: [f(2, 3), f(4, 2), f(2)] });
operatorRefuses('Gemm', 'depths differ through transA', 'SHAPE_MISMATCH', {
  attributes: { transA: 1n },
  inputs: [f(2, 3), f(3, 2), f(2)],
});
operatorRefuses('Gemm', 'A of three dims', 'SHAPE_MISMATCH', { inputs: [f(1, 2, 3), f(3, 2), f(2)] });
operatorRefuses('Gemm', 'C too long', 'SHAPE_MISMATCH', { inputs: [f(2, 3), f(3, 2), f(3)] });
operatorRefuses('Gemm', 'C of three dims', 'SHAPE_MISMATCH', { inputs: [f(2, 3), f(3, 2), f(1, 2, 2)] });
operatorRefuses('Gemm', 'no C before opset 11', 'GRAPH_INVALID', { opset: 9, inputs: [f(2, 3), f(3, 2)] });
operatorRefuses('Gemm', 'integers', 'UNSUPPORTED_DTYPE', {
  inputs: [random(rng, 'int32', [2, 3]), random(rng, 'int32', [3, 2])],
});
operatorRefuses('Gemm', 'C of another dtype', 'UNSUPPORTED_DTYPE', {
  inputs: [f(2, 3), f(3, 2), random(rng, 'float64', [2])],
});
operatorRefuses('FusedGemm', 'an unknown activation', 'UNSUPPORTED_OP', {
  domain: 'com.microsoft',
  attributes: { activation: 'Sine' },
  inputs: [f(2, 3), f(3, 2)],
});
