// QuantizeLinear and DequantizeLinear: every granularity and code type. onnxruntime is the judge where its JavaScript
// tensors hold the types and it follows ONNX; else the oracle of quantize-oracle.ts.

import type { DType } from '../../ts-host/ir/dtype.js';
import {
  type Case,
  countOf,
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
import { codesFeed, dequantizeFeed, type Granularity, quantizeFeed } from './quantize-oracle.js';

const RANGES = {
  int2: [-2, 1],
  uint2: [0, 3],
  int4: [-8, 7],
  uint4: [0, 15],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
} as const;
type Code = keyof typeof RANGES;

function randomCodes(rng: Rng, dtype: Code, dims: readonly number[]): Feed {
  const [low, high] = RANGES[dtype];
  return codesFeed(
    dtype,
    dims,
    Array.from({ length: countOf(dims) }, () => rng.int(low, high)),
  );
}

interface Grains extends Granularity {
  readonly dims: readonly number[];
  readonly scale: readonly number[];
}

function perTensor(rng: Rng): Grains {
  return { dims: shape(rng, rng.int(0, 4), 1, 7), scale: rng.float() < 0.5 ? [] : [1] };
}

function perAxis(rng: Rng): Grains {
  const dims = shape(rng, rng.int(1, 4), 1, 9);
  const along = rng.int(0, dims.length - 1);
  return { dims, axis: rng.float() < 0.3 ? along - dims.length : along, scale: [dims[along]!] };
}

/** At least two blocks: onnxruntime takes one scale for no blocks at all, and refuses the block_size. */
function blocked(rng: Rng): Grains {
  const dims = shape(rng, rng.int(1, 3), 2, 20);
  const along = rng.int(0, dims.length - 1);
  const block = rng.int(1, dims[along]! - 1);
  return { dims, axis: along, block, scale: dims.map((d, i) => (i === along ? Math.ceil(d / block) : d)) };
}

function attributes({ axis, block }: Grains, more: Record<string, bigint> = {}): Record<string, bigint> {
  return {
    ...(axis === undefined ? {} : { axis: BigInt(axis) }),
    ...(block === undefined ? {} : { block_size: BigInt(block) }),
    ...more,
  };
}

const scales = (rng: Rng, dtype: DType, dims: readonly number[]): Feed =>
  random(rng, dtype, dims, { low: 0.01, high: 0.2 });

operatorCases('QuantizeLinear', {
  title: 'types and granularities of onnxruntime',
  cases: 30,
  bound: exact,
  make: (rng, index): Case => {
    const grains = [perTensor, perAxis, blocked][index % 3]!(rng);
    const opset =
      grains.block !== undefined ? 21 : grains.axis === undefined ? pick(rng, [10, 13, 19, 21]) : 13;
    const dtype = pick(
      rng,
      opset === 21 ? (['uint8', 'int8', 'uint16', 'int16'] as const) : (['uint8', 'int8'] as const),
    );
    const high = opset === 21 ? 2000 : 20;
    return {
      opset,
      attributes: attributes(grains),
      inputs: [
        random(rng, 'float32', grains.dims, { low: -high, high }),
        scales(rng, 'float32', grains.scale),
        dtype === 'uint8' && rng.float() < 0.3 ? undefined : randomCodes(rng, dtype, grains.scale),
      ],
    };
  },
});

operatorCases('QuantizeLinear', {
  title: 'com.microsoft',
  cases: 20,
  bound: exact,
  make: (rng, index): Case => {
    const grains = [perTensor, perAxis][index % 2]!(rng);
    const dtype = pick(rng, ['uint8', 'int8', 'uint16', 'int16'] as const);
    return {
      domain: 'com.microsoft',
      attributes: attributes(grains),
      inputs: [
        random(rng, 'float32', grains.dims, { low: -20, high: 20 }),
        scales(rng, 'float32', grains.scale),
        randomCodes(rng, dtype, grains.scale),
      ],
    };
  },
});

// onnxruntime's JavaScript tensors have neither 4- and 2-bit types nor bfloat16, and onnxruntime quantizes halves by
// roundf, away from zero at ties, where ONNX says half to even. int32 inputs it lacks; infinities and NaN are ours.
operatorCases('QuantizeLinear', {
  title: 'small codes, halves, int32, special values',
  cases: 40,
  bound: exact,
  make: (rng, index): Case => {
    const grains = [perTensor, perAxis, blocked][index % 3]!(rng);
    const dtype = pick(rng, Object.keys(RANGES) as Code[]);
    const type = pick(rng, ['float32', 'float16', 'bfloat16', 'int32'] as const);
    const x =
      type === 'int32'
        ? random(rng, type, grains.dims, { low: -20, high: 20 })
        : random(rng, type, grains.dims, { low: -8, high: 8, specials: 0.1 });
    const scale = scales(rng, type === 'int32' ? 'float32' : type, grains.scale);
    const byAttribute = rng.float() < 0.3;
    const zeroPoint = byAttribute ? undefined : randomCodes(rng, dtype, grains.scale);
    const code = { uint8: 2n, int8: 3n, uint16: 4n, int16: 5n, uint4: 21n, int4: 22n, uint2: 25n, int2: 26n };
    return {
      opset: 21,
      attributes: attributes(grains, byAttribute ? { output_dtype: code[dtype] } : {}),
      inputs: [x, scale, zeroPoint],
      expected: [quantizeFeed(x, scale, zeroPoint, dtype, grains)],
    };
  },
});

operatorCases('QuantizeLinear', {
  title: 'scales that are 0, infinite, NaN or negative; more than a tile',
  cases: 6,
  bound: exact,
  make: (rng, index): Case => {
    const dims = index < 5 ? [3, 5] : [3, 40000];
    const x = random(rng, 'float32', dims, { specials: 0.3 });
    const list = [0, Number.POSITIVE_INFINITY, Number.NaN, -0.5, 1e-45, 0.01];
    const scale = feed('float32', [], [list[index]!]);
    const zeroPoint = randomCodes(rng, 'int8', []);
    return { inputs: [x, scale, zeroPoint], expected: [quantizeFeed(x, scale, zeroPoint, 'int8')] };
  },
});

operatorCases('DequantizeLinear', {
  title: 'types and granularities of onnxruntime',
  cases: 30,
  bound: exact,
  make: (rng, index): Case => {
    const grains = [perTensor, perAxis, blocked][index % 3]!(rng);
    const opset =
      grains.block !== undefined ? 21 : grains.axis === undefined ? pick(rng, [10, 13, 19, 21]) : 13;
    const wide = opset === 21 ? (['uint16', 'int16', 'uint4', 'int4'] as const) : [];
    const dtype = pick(rng, ['uint8', 'int8', 'int32', ...wide] as const);
    const float = opset >= 19 ? pick(rng, ['float32', 'float16'] as const) : 'float32';
    const x = dtype === 'int32' ? random(rng, dtype, grains.dims) : randomCodes(rng, dtype, grains.dims);
    const zeroPoint = dtype === 'int32' ? undefined : randomCodes(rng, dtype, grains.scale);
    return {
      opset,
      attributes: attributes(grains),
      inputs: [x, scales(rng, float, grains.scale), rng.float() < 0.3 ? undefined : zeroPoint],
    };
  },
});

operatorCases('DequantizeLinear', {
  title: 'com.microsoft',
  cases: 20,
  bound: exact,
  make: (rng, index): Case => {
    const grains = [perTensor, perAxis][index % 2]!(rng);
    const dtype = pick(rng, ['uint8', 'int8', 'uint16', 'int16'] as const);
    return {
      domain: 'com.microsoft',
      attributes: attributes(grains),
      inputs: [
        randomCodes(rng, dtype, grains.dims),
        scales(rng, 'float32', grains.scale),
        randomCodes(rng, dtype, grains.scale),
      ],
    };
  },
});

// onnxruntime-node 1.30 has neither bfloat16 tensors nor output_dtype of DequantizeLinear-23, and no 2-bit feeds.
operatorCases('DequantizeLinear', {
  title: 'small codes, bfloat16, output_dtype',
  cases: 24,
  bound: exact,
  make: (rng, index): Case => {
    const grains = [perTensor, perAxis, blocked][index % 3]!(rng);
    const dtype = pick(rng, Object.keys(RANGES) as Code[]);
    const type = pick(rng, ['float32', 'float16', 'bfloat16'] as const);
    const out = pick(rng, ['float32', 'float16', 'bfloat16', undefined] as const);
    const code = { float32: 1n, float16: 10n, bfloat16: 16n };
    const x = randomCodes(rng, dtype, grains.dims);
    const scale = scales(rng, type, grains.scale);
    const zeroPoint = rng.float() < 0.3 ? undefined : randomCodes(rng, dtype, grains.scale);
    return {
      opset: 23,
      attributes: attributes(grains, out === undefined ? {} : { output_dtype: code[out] }),
      inputs: [x, scale, zeroPoint],
      expected: [dequantizeFeed(x, scale, zeroPoint, grains, out)],
    };
  },
});

operatorCases('DequantizeLinear', {
  title: 'nothing at all, and more than a tile',
  cases: 3,
  bound: exact,
  make: (rng, index): Case => {
    const dims = [[0, 4], [2, 3, 9001], [70001]][index]!;
    const x = randomCodes(rng, 'int8', dims);
    return { inputs: [x, scales(rng, 'float32', []), randomCodes(rng, 'int8', [])] };
  },
});

const x = feed('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
const codes = feed('uint8', [2, 3], [1, 2, 3, 4, 5, 6]);
const ones = (count: number): Feed => feed('float32', [count], Array(count).fill(1));

operatorRefuses('QuantizeLinear', 'scales of another length than the axis', 'SHAPE_MISMATCH', {
  inputs: [x, ones(2)],
});
operatorRefuses('QuantizeLinear', 'an axis beyond the rank', 'SHAPE_MISMATCH', {
  attributes: { axis: 2n },
  inputs: [x, ones(3)],
});
operatorRefuses('QuantizeLinear', 'zero points of another length than the scales', 'SHAPE_MISMATCH', {
  inputs: [x, ones(3), feed('uint8', [2], [0, 0])],
});
operatorRefuses('QuantizeLinear', 'output_dtype and zero point disagree', 'SHAPE_MISMATCH', {
  opset: 21,
  attributes: { output_dtype: 3n },
  inputs: [x, ones(1), feed('uint8', [1], [0])],
});
operatorRefuses(
  'QuantizeLinear',
  'codes are 8-bit floats',
  'UNSUPPORTED_DTYPE',
  {
    opset: 21,
    attributes: { output_dtype: 17n },
    inputs: [x, ones(1)],
  },
  /float8e4m3fn/,
);
operatorRefuses('QuantizeLinear', 'output_dtype is a float', 'UNSUPPORTED_DTYPE', {
  opset: 21,
  attributes: { output_dtype: 1n },
  inputs: [x, ones(1)],
});
operatorRefuses('QuantizeLinear', 'a precision that would give other codes', 'UNSUPPORTED_DTYPE', {
  opset: 23,
  attributes: { precision: 10n },
  inputs: [x, ones(1)],
});
operatorRefuses('QuantizeLinear', 'x is double', 'UNSUPPORTED_DTYPE', {
  inputs: [feed('float64', [1], [1]), ones(1)],
});
operatorRefuses('QuantizeLinear', 'no scale', 'GRAPH_INVALID', { inputs: [x] });
operatorRefuses('DequantizeLinear', 'blocks that do not cover the axis', 'SHAPE_MISMATCH', {
  opset: 21,
  attributes: { axis: 1n, block_size: 2n },
  inputs: [codes, feed('float32', [2, 1], [1, 1])],
});
operatorRefuses('DequantizeLinear', 'a negative block', 'SHAPE_MISMATCH', {
  opset: 21,
  attributes: { block_size: -2n },
  inputs: [codes, feed('float32', [2, 2], [1, 1, 1, 1])],
});
operatorRefuses('DequantizeLinear', 'zero point of another type', 'SHAPE_MISMATCH', {
  inputs: [codes, ones(1), feed('int8', [1], [0])],
});
operatorRefuses('DequantizeLinear', 'scales are integers', 'UNSUPPORTED_DTYPE', {
  inputs: [codes, feed('int32', [1], [1])],
});
operatorRefuses('DequantizeLinear', 'codes are 64-bit integers', 'UNSUPPORTED_DTYPE', {
  inputs: [feed('int64', [1], [1]), ones(1)],
});
operatorRefuses('DequantizeLinear', 'output_dtype is no float', 'UNSUPPORTED_DTYPE', {
  opset: 23,
  attributes: { output_dtype: 7n },
  inputs: [codes, ones(1)],
});
