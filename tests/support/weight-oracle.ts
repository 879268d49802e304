// Quantized weights in plain TypeScript: every element asks on its own which scale it belongs to, from its index along
// each axis. No layouts, no chunks, no streams.

import { affineOracle, dequantizeOracle, quantizeOracle, symmetricOracle } from './quant-oracle.js';

export interface OracleRule {
  readonly qmin: number;
  readonly qmax: number;
  readonly symmetric: boolean;
}

export type OracleGranularity =
  | { readonly kind: 'tensor' }
  | { readonly kind: 'channel'; readonly axis: number }
  | { readonly kind: 'block'; readonly axis: number; readonly blockSize: number };

export interface OracleWeight {
  /** Scale and zero point of every group, by the group's place in the scale tensor. */
  readonly scale: Float32Array;
  readonly zeroPoint: Int32Array;
  readonly codes: Int32Array;
  readonly restored: Float32Array;
}

/** Dims of the scale tensor, and the group of an element in it. */
export function groupsOf(dims: readonly number[], granularity: OracleGranularity) {
  if (granularity.kind === 'tensor') return { scaleDims: [] as number[], groupOf: () => 0 };
  const { axis } = granularity;
  const size = dims[axis]!;
  const lanes = dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  /** Place along the axis. */
  const along = (element: number): number => Math.floor(element / lanes) % size;
  if (granularity.kind === 'channel') return { scaleDims: [size], groupOf: along };
  const { blockSize } = granularity;
  const blocks = Math.ceil(size / blockSize);
  const scaleDims = dims.map((d, i) => (i === axis ? blocks : d));
  const groupOf = (element: number): number => {
    const outer = Math.floor(element / (lanes * size));
    return (outer * blocks + Math.floor(along(element) / blockSize)) * lanes + (element % lanes);
  };
  return { scaleDims, groupOf };
}

/** Scales by absmax: the range of each group, widened to hold 0. */
export function absmaxOracle(
  values: ArrayLike<number>,
  dims: readonly number[],
  granularity: OracleGranularity,
  { qmin, qmax, symmetric }: OracleRule,
): { scale: Float32Array; zeroPoint: Int32Array } {
  const { scaleDims, groupOf } = groupsOf(dims, granularity);
  const count = scaleDims.reduce((a, b) => a * b, 1);
  const min = new Float32Array(count);
  const max = new Float32Array(count);
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(i);
    min[group] = Math.min(min[group]!, values[i]!);
    max[group] = Math.max(max[group]!, values[i]!);
  }
  const pairs = Array.from({ length: count }, (_, g) =>
    (symmetric ? symmetricOracle : affineOracle)(min[g]!, max[g]!, qmin, qmax),
  );
  return {
    scale: Float32Array.from(pairs, ([scale]) => scale),
    zeroPoint: Int32Array.from(pairs, ([, zeroPoint]) => zeroPoint),
  };
}

/** The weight quantized with given scales, or with those of absmax. */
export function quantizedOracle(
  values: ArrayLike<number>,
  dims: readonly number[],
  granularity: OracleGranularity,
  rule: OracleRule,
  given?: { readonly scale: ArrayLike<number>; readonly zeroPoint: ArrayLike<number> },
): OracleWeight {
  const scales = given ?? absmaxOracle(values, dims, granularity, rule);
  const { groupOf } = groupsOf(dims, granularity);
  const codes = new Int32Array(values.length);
  const restored = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const group = groupOf(i);
    const scale = scales.scale[group]!;
    const zeroPoint = scales.zeroPoint[group]!;
    codes[i] = quantizeOracle(values[i]!, scale, zeroPoint, rule.qmin, rule.qmax);
    restored[i] = dequantizeOracle(codes[i]!, scale, zeroPoint);
  }
  return {
    scale: Float32Array.from(scales.scale),
    zeroPoint: Int32Array.from(scales.zeroPoint),
    codes,
    restored,
  };
}
