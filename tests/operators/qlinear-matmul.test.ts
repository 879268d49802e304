// Products of codes that end as codes (exact: onnxruntime's x64 requantization is ours, one float32 product rounded half
// to even) or floats, and the quantization they may begin with.

import { roundHalfToEven } from '../support/quant-oracle.js';
import {
  anyOf,
  type Case,
  exact,
  type Feed,
  feed,
  ofRange,
  operatorCases,
  operatorRefuses,
  pick,
  type Rng,
  random,
  relative,
  shape,
} from './harness.js';
import { productOracle } from './product-oracle.js';

const BYTES = ['uint8', 'int8'] as const;
const scale = (rng: Rng, dims: readonly number[] = []): Feed =>
  random(rng, 'float32', dims, { low: 0.001, high: 0.03 });

/** A bias may cancel the product: then the rounding of the product shows. */
const sumBound = anyOf(relative(1e-6), ofRange(1e-6));

/** A stack of matrices or a vector, times a matrix (or a stack, without zero points of columns). */
function operands(rng: Rng): { a: Feed; b: Feed; n: number } {
  const [m, k, n] = [rng.int(1, 9), rng.int(1, 40), rng.int(1, 20)];
  const outer = shape(rng, rng.int(0, 2), 1, 3);
  const stacked = rng.float() < 0.3;
  return {
    a: random(rng, pick(rng, BYTES), [...outer, m, k]),
    b: random(rng, pick(rng, BYTES), stacked ? [...outer, k, n] : [k, n]),
    n,
  };
}

const columns = (rng: Rng, { b, n }: { b: Feed; n: number }): number[] =>
  b.dims.length > 2 || rng.float() < 0.4 ? [] : [n];

operatorCases('QLinearMatMul', {
  cases: 40,
  bound: exact,
  make: (rng): Case => {
    const both = operands(rng);
    const { a, b } = both;
    const perColumn = columns(rng, both);
    // onnxruntime wants one type for A and the output, and has no s8 · u8: that is below.
    const y = b.dtype === 'uint8' ? 'uint8' : pick(rng, BYTES);
    const typed = { ...a, ...random(rng, y, a.dims) };
    return {
      opset: pick(rng, [10, 21]),
      inputs: [
        typed,
        scale(rng),
        random(rng, y, []),
        b,
        scale(rng, perColumn),
        random(rng, b.dtype, perColumn),
        random(rng, 'float32', [], { low: 0.01, high: 0.3 }),
        random(rng, y, []),
      ],
      constants: rng.float() < 0.5 ? [3] : [],
    };
  },
});

operatorCases('QLinearMatMul', {
  title: 's8 · u8, which onnxruntime lacks, against the definition',
  cases: 6,
  bound: exact,
  make: (rng): Case => {
    const { b: weights, n, ...rest } = operands(rng);
    const a = random(rng, 'int8', rest.a.dims);
    const b = random(rng, 'uint8', weights.dims.slice(-2));
    const [za, zb, zy] = [random(rng, 'int8', []), random(rng, 'uint8', [n]), random(rng, 'uint8', [])];
    const [sa, sb, sy] = [scale(rng), scale(rng, [n]), random(rng, 'float32', [], { low: 0.01, high: 0.3 })];
    const { dims, sums } = productOracle(a, b, za, zb);
    const codes = sums.map((sum, i) => {
      const multiplier = Math.fround(
        Math.fround(Number(sa.data[0]) * Number(sb.data[i % n])) / Number(sy.data[0]),
      );
      const rounded = roundHalfToEven(Math.fround(Math.fround(sum) * multiplier));
      return Math.min(255, Math.max(0, rounded + Number(zy.data[0])));
    });
    return { inputs: [a, sa, za, b, sb, zb, sy, zy], expected: [feed('uint8', dims, codes)] };
  },
});

operatorCases('MatMulIntegerToFloat', {
  cases: 24,
  bound: relative(1e-6),
  make: (rng): Case => {
    const both = operands(rng);
    const { a, b, n } = both;
    const perColumn = columns(rng, both);
    return {
      domain: 'com.microsoft',
      inputs: [
        a,
        b,
        scale(rng),
        scale(rng, perColumn),
        rng.float() < 0.6 ? random(rng, a.dtype, []) : undefined,
        rng.float() < 0.6 ? random(rng, b.dtype, perColumn) : undefined,
        rng.float() < 0.5 ? random(rng, 'float32', [n], { low: 1, high: 2 }) : undefined,
      ],
      constants: rng.float() < 0.5 ? [1] : [],
      bound: sumBound,
    };
  },
});

operatorCases('QGemm', {
  cases: 40,
  bound: exact,
  make: (rng): Case => {
    const [m, k, n] = [rng.int(1, 9), rng.int(1, 40), rng.int(1, 20)];
    const [transA, transB] = [rng.float() < 0.4, rng.float() < 0.5];
    const b = random(rng, pick(rng, BYTES), transB ? [n, k] : [k, n]);
    const type = b.dtype === 'uint8' ? 'uint8' : pick(rng, BYTES);
    const a = random(rng, type, transA ? [k, m] : [m, k]);
    const perColumn = rng.float() < 0.5 ? [] : [n];
    const bias = pick(rng, [undefined, [n], [1, n], [m, 1], [m, n], [1]] as const);
    const codes = rng.float() < 0.6;
    return {
      domain: 'com.microsoft',
      attributes: { transA, transB, alpha: rng.float() < 0.5 ? 1 : 0.7 },
      inputs: [
        a,
        scale(rng),
        random(rng, a.dtype, []),
        b,
        scale(rng, perColumn),
        random(rng, b.dtype, perColumn),
        bias === undefined ? undefined : random(rng, 'int32', bias),
        codes ? random(rng, 'float32', [], { low: 0.01, high: 0.3 }) : undefined,
        codes ? random(rng, a.dtype, []) : undefined,
      ],
      constants: rng.float() < 0.5 ? [3] : [],
      bound: codes ? exact : relative(1e-6),
    };
  },
});

operatorCases('DynamicQuantizeLinear', {
  cases: 24,
  bound: exact,
  make: (rng, index): Case => {
    const dims = index === 20 ? [40000] : index === 21 ? [0] : shape(rng, rng.int(0, 3), 1, 9);
    const range = [
      { low: -3, high: 5 },
      { low: 1, high: 4 },
      { low: -4, high: -1 },
      { low: 0, high: 0 },
    ][index % 4]!;
    return {
      opset: 11,
      inputs: [random(rng, 'float32', dims, range)],
      outputs: 3,
    };
  },
});

operatorCases('DynamicQuantizeMatMul', {
  cases: 24,
  bound: relative(1e-6),
  make: (rng): Case => {
    const both = operands(rng);
    const { a, b, n } = both;
    const perColumn = columns(rng, both);
    return {
      domain: 'com.microsoft',
      inputs: [
        random(rng, 'float32', a.dims),
        b,
        scale(rng, perColumn),
        rng.float() < 0.6 ? random(rng, b.dtype, perColumn) : undefined,
        rng.float() < 0.5 ? random(rng, 'float32', [n], { low: 1, high: 2 }) : undefined,
      ],
      constants: rng.float() < 0.5 ? [1] : [],
      bound: sumBound,
    };
  },
});

operatorCases('DequantizedMatMul', {
  cases: 24,
  bound: exact,
  make: (rng): Case => {
    const both = operands(rng);
    const { a, b, n } = both;
    const perColumn = columns(rng, both);
    const [sa, sb] = [scale(rng), scale(rng, perColumn)];
    const [za, zb] = [random(rng, a.dtype, []), random(rng, b.dtype, perColumn)];
    const bias = rng.float() < 0.6 ? random(rng, 'int32', [n], { low: -9000, high: 9000 }) : undefined;
    const { dims, sums } = productOracle(a, b, za, zb);
    const floats = sums.map((sum, i) => {
      const multiplier = Math.fround(Number(sa.data[0]) * Number(sb.data[(i % n) % sb.data.length]));
      return Math.fround(Math.fround(sum + Number(bias?.data[i % n] ?? 0)) * multiplier);
    });
    return {
      domain: 'octavo',
      inputs: [a, sa, za, b, sb, zb, bias],
      expected: [feed('float32', dims, floats)],
      constants: rng.float() < 0.5 ? [3, 5] : [],
    };
  },
});

const one = feed('float32', [], [1]);
const zero = feed('uint8', [], [0]);
const a = feed('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);
const b = feed('uint8', [3, 2], [1, 2, 3, 4, 5, 6]);
operatorRefuses('QLinearMatMul', 'scales of rows', 'SHAPE_MISMATCH', {
  inputs: [a, feed('float32', [2], [1, 1]), zero, b, one, zero, one, zero],
});
operatorRefuses('QLinearMatMul', 'scales of another length than the columns', 'SHAPE_MISMATCH', {
  inputs: [a, one, zero, b, feed('float32', [3], [1, 1, 1]), zero, one, zero],
});
operatorRefuses('QLinearMatMul', 'several output zero points', 'SHAPE_MISMATCH', {
  inputs: [a, one, zero, b, one, zero, one, feed('uint8', [2], [0, 0])],
});
operatorRefuses('QLinearMatMul', 'an output zero point of 16 bits', 'UNSUPPORTED_DTYPE', {
  inputs: [a, one, zero, b, one, zero, one, feed('int16', [], [0])],
});
operatorRefuses('QLinearMatMul', 'scale and zero point missing', 'GRAPH_INVALID', {
  inputs: [a, one, zero, b],
});
operatorRefuses('MatMulIntegerToFloat', 'a bias of another length', 'SHAPE_MISMATCH', {
  domain: 'com.microsoft',
  inputs: [a, b, one, one, undefined, undefined, feed('float32', [3], [1, 2, 3])],
});
operatorRefuses('QGemm', 'a bias that does not broadcast', 'SHAPE_MISMATCH', {
  domain: 'com.microsoft',
  inputs: [a, one, zero, b, one, zero, feed('int32', [3], [1, 2, 3])],
});
operatorRefuses('QGemm', 'a bias of floats', 'UNSUPPORTED_DTYPE', {
  domain: 'com.microsoft',
  inputs: [a, one, zero, b, one, zero, feed('float32', [2], [1, 2])],
});
operatorRefuses('QGemm', 'three dims', 'SHAPE_MISMATCH', {
  domain: 'com.microsoft',
  inputs: [feed('uint8', [1, 2, 3], [1, 2, 3, 4, 5, 6]), one, zero, b, one, zero],
});
operatorRefuses('DynamicQuantizeLinear', 'integers', 'UNSUPPORTED_DTYPE', { inputs: [a] });
operatorRefuses('DynamicQuantizeMatMul', 'weights of floats', 'UNSUPPORTED_DTYPE', {
  domain: 'com.microsoft',
  inputs: [feed('float32', [1, 1], [1]), feed('float32', [1, 1], [1]), one],
});
