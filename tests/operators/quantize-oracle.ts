// QuantizeLinear and DequantizeLinear in plain TypeScript, for the types that onnxruntime's JavaScript tensors lack.

import type { DType } from '../../ts-host/ir/dtype.js';
import { dequantizeOracle, quantizeOracle } from '../support/quant-oracle.js';
import { countOf, type Feed, feed, numbersOf } from './feeds.js';

const RANGES: Partial<Record<DType, readonly [number, number]>> = {
  int2: [-2, 1],
  uint2: [0, 3],
  int4: [-8, 7],
  uint4: [0, 15],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

const bitsOf = (dtype: DType): number => Number(/\d+/.exec(dtype)![0]);

/** Codes of any integer type as numbers. */
export function codesOf({ dtype, dims, data }: Feed): number[] {
  const bits = bitsOf(dtype);
  if (bits >= 8) return Array.from(data as Uint8Array, Number);
  return Array.from({ length: countOf(dims) }, (_, i) => {
    const code = (Number(data[(i * bits) >> 3]) >> ((i * bits) & 7)) & (2 ** bits - 1);
    return dtype.startsWith('int') && code >= 2 ** (bits - 1) ? code - 2 ** bits : code;
  });
}

/** A tensor of codes, packed below 8 bits. */
export function codesFeed(dtype: DType, dims: readonly number[], codes: readonly number[]): Feed {
  const bits = bitsOf(dtype);
  if (bits >= 8) return feed(dtype, dims, codes);
  const data = new Uint8Array(Math.ceil((codes.length * bits) / 8));
  for (const [i, code] of codes.entries())
    data[(i * bits) >> 3]! |= (code & (2 ** bits - 1)) << ((i * bits) & 7);
  return { dtype, dims, data };
}

/** Index of the scale of each element, from coordinates. */
function scaleIndices(
  dims: readonly number[],
  scale: readonly number[],
  axis: number,
  block: number,
): number[] {
  return Array.from({ length: countOf(dims) }, (_, element) => {
    if (countOf(scale) === 1) return 0;
    const at: number[] = [];
    let rest = element;
    for (let d = dims.length - 1; d >= 0; d--) {
      at.unshift(rest % dims[d]!);
      rest = Math.floor(rest / dims[d]!);
    }
    const along = axis < 0 ? axis + dims.length : axis;
    if (block === 0) return at[along]!;
    at[along] = Math.floor(at[along]! / block);
    return at.reduce((index, position, d) => index * scale[d]! + position, 0);
  });
}

export interface Granularity {
  readonly axis?: number;
  readonly block?: number;
}

export function quantizeFeed(
  x: Feed,
  scale: Feed,
  zeroPoint: Feed | undefined,
  dtype: DType,
  { axis = 1, block = 0 }: Granularity = {},
): Feed {
  const indices = scaleIndices(x.dims, scale.dims, axis, block);
  const scales = numbersOf(scale).map(Number);
  const zeroPoints = zeroPoint && codesOf(zeroPoint);
  const [low, high] = RANGES[dtype]!;
  const codes = numbersOf(x).map((value, i) => {
    const s = indices[i]!;
    return quantizeOracle(Math.fround(Number(value)), scales[s]!, zeroPoints?.[s] ?? 0, low, high);
  });
  return codesFeed(dtype, x.dims, codes);
}

export function dequantizeFeed(
  x: Feed,
  scale: Feed,
  zeroPoint: Feed | undefined,
  { axis = 1, block = 0 }: Granularity = {},
  dtype: DType = scale.dtype,
): Feed {
  const indices = scaleIndices(x.dims, scale.dims, axis, block);
  const scales = numbersOf(scale).map(Number);
  const zeroPoints = zeroPoint && codesOf(zeroPoint);
  const values = codesOf(x).map((code, i) =>
    dequantizeOracle(code, scales[indices[i]!]!, zeroPoints?.[indices[i]!] ?? 0),
  );
  return feed(dtype, x.dims, values);
}
