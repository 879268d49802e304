// MatMulNBits and GatherBlockQuantized: weights of 2, 4 and 8 bits in blocks.

import {
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
  shape,
} from './harness.js';

const domain = 'com.microsoft';
const bytes = (rng: Rng, dims: readonly number[]): Feed => random(rng, 'uint8', dims);
const scales = (rng: Rng, dims: readonly number[]): Feed =>
  random(rng, 'float32', dims, { low: 0.01, high: 0.1 });

// Sums of up to 150 products: 1e-5 of the largest output. accuracy_level 1: onnxruntime computes in float32 too.
operatorCases('MatMulNBits', {
  cases: 36,
  bound: ofRange(1e-5),
  make: (rng): Case => {
    const n = rng.int(1, 40);
    const bits = pick(rng, [2, 4, 8]);
    const block = pick(rng, [16, 32, 64]);
    // Whole blocks take another way where rows are few.
    const k = rng.float() < 0.5 ? block * rng.int(1, 4) : rng.int(1, 150);
    const blocks = Math.ceil(k / block);
    const zeroPoints = pick(rng, ['none', 'codes', 'floats']);
    // onnxruntime takes float zero points of 4 bits alone.
    const floats = zeroPoints === 'floats' && bits === 4;
    return {
      domain,
      attributes: {
        K: BigInt(k),
        N: BigInt(n),
        bits: BigInt(bits),
        block_size: BigInt(block),
        accuracy_level: 1n,
      },
      inputs: [
        random(rng, 'float32', [...shape(rng, rng.int(0, 2), 1, 3), rng.int(1, 11), k]),
        bytes(rng, [n, blocks, (block * bits) / 8]),
        scales(rng, rng.float() < 0.5 ? [n, blocks] : [n * blocks]),
        zeroPoints === 'none'
          ? undefined
          : floats
            ? random(rng, 'float32', [n, blocks], { low: 0, high: 8 })
            : bytes(rng, [n, Math.ceil((blocks * bits) / 8)]),
        undefined,
        rng.float() < 0.4 ? random(rng, 'float32', [n]) : undefined,
      ],
      constants: [1, 2, 3, 5].filter((index) => index === 1 || rng.float() < 0.7),
    };
  },
});

operatorCases('GatherBlockQuantized', {
  cases: 30,
  bound: exact,
  make: (rng, index): Case => {
    const block = pick(rng, [16, 32]);
    const indexType = pick(rng, ['int32', 'int64'] as const);
    const indexDims = shape(rng, rng.int(0, 2), 1, 4);
    const packed = index % 2 === 0;
    const dims = packed ? [rng.int(1, 8), rng.int(1, 5) * 8] : shape(rng, rng.int(2, 3), 2, 40);
    const quantizeAxis = packed ? 1 : rng.int(0, dims.length - 1);
    const gatherAxis = packed ? 0 : (quantizeAxis + 1) % dims.length;
    const bits = packed ? pick(rng, [4, 8]) : 4;
    const type = packed ? 'uint8' : pick(rng, ['uint4', 'int4'] as const);
    const scaleDims = dims.map((dim, i) => (i === quantizeAxis ? Math.ceil(dim / block) : dim));
    const stored = packed ? [dims[0]!, (dims[1]! * bits) / 8] : dims;
    const zeroDims = packed ? [dims[0]!, Math.ceil((scaleDims[1]! * bits) / 8)] : scaleDims;
    const size = dims[gatherAxis]!;
    return {
      domain,
      attributes: {
        bits: BigInt(bits),
        block_size: BigInt(block),
        gather_axis: BigInt(gatherAxis),
        quantize_axis: BigInt(quantizeAxis),
      },
      inputs: [
        random(rng, type, stored),
        random(rng, indexType, indexDims, { low: -size, high: size - 1 }),
        scales(rng, scaleDims),
        rng.float() < 0.5 ? random(rng, type, zeroDims) : undefined,
      ],
      constants: [0],
    };
  },
});

const a = feed('float32', [1, 16], Array(16).fill(1));
const b = feed('uint8', [1, 1, 8], Array(8).fill(1));
const one = feed('float32', [1], [1]);
const attributes = { K: 16n, N: 1n, bits: 4n, block_size: 16n };
operatorRefuses('MatMulNBits', 'rows of another length than K', 'SHAPE_MISMATCH', {
  domain,
  attributes: { ...attributes, K: 12n },
  inputs: [a, b, one],
});
operatorRefuses('MatMulNBits', 'weights of another length', 'SHAPE_MISMATCH', {
  domain,
  attributes: { ...attributes, N: 2n },
  inputs: [a, b, one],
});
operatorRefuses('MatMulNBits', '3 bits', 'UNSUPPORTED_DTYPE', {
  domain,
  attributes: { ...attributes, bits: 3n },
  inputs: [a, b, one],
});
operatorRefuses('MatMulNBits', 'a block_size of 24', 'SHAPE_MISMATCH', {
  domain,
  attributes: { ...attributes, block_size: 24n },
  inputs: [a, b, one],
});
operatorRefuses('MatMulNBits', 'g_idx', 'UNSUPPORTED_OP', {
  domain,
  attributes,
  inputs: [a, b, one, undefined, feed('int32', [16], Array(16).fill(0))],
});
operatorRefuses('MatMulNBits', 'zero points of another length', 'SHAPE_MISMATCH', {
  domain,
  attributes,
  inputs: [a, b, one, feed('uint8', [2], [1, 1])],
});
operatorRefuses('MatMulNBits', 'no K', 'GRAPH_INVALID', {
  domain,
  attributes: { N: 1n, block_size: 16n },
  inputs: [a, b, one],
});
const data = feed('uint8', [2, 8], Array(16).fill(3));
const gather = { bits: 4n, block_size: 16n };
operatorRefuses('GatherBlockQuantized', 'an index outside', 'INVALID_ARGUMENT', {
  domain,
  attributes: gather,
  inputs: [data, feed('int64', [2], [0, 2]), feed('float32', [2, 1], [1, 1])],
});
operatorRefuses('GatherBlockQuantized', 'scales of other dims', 'SHAPE_MISMATCH', {
  domain,
  attributes: gather,
  inputs: [data, feed('int64', [1], [0]), feed('float32', [2, 2], [1, 1, 1, 1])],
});
operatorRefuses('GatherBlockQuantized', 'one axis for both', 'SHAPE_MISMATCH', {
  domain,
  attributes: { ...gather, quantize_axis: 0n },
  inputs: [data, feed('int64', [1], [0]), feed('float32', [2, 1], [1, 1])],
});
operatorRefuses('GatherBlockQuantized', 'floats as data', 'UNSUPPORTED_DTYPE', {
  domain,
  attributes: gather,
  inputs: [feed('float32', [2, 8], Array(16).fill(3)), feed('int64', [1], [0]), one],
});
