// Which elements share a scale, as the kernels see it. One description serves per-tensor, per-channel on any axis
// and per-block on any axis:
//
//   a tensor is seen as [outer, depth, inner]; `block` consecutive positions along depth share one scale,
//   blocks = ceil(depth / block), and element (o, d, i) uses
//
//   scaleIndex = ((o · blocks + floor(d / block)) · inner + i) mod scaleCount
//
//   [2, 3, 4] per tensor           depth 1  inner 1  block 1   scaleCount 1
//   [O, C, P] per channel, axis 1  depth P  inner 1  block P   scaleCount C     (o runs over O·C)
//   [R, C]    per channel, axis 1  depth 1  inner C  block 1   scaleCount C
//   [N, K]    blocks of B, axis 1  depth K  inner 1  block B   scaleCount N·ceil(K/B)
//   [K, N]    blocks of B, axis 0  depth K  inner N  block B   scaleCount ceil(K/B)·N

import type { Granularity } from '../ir/plan.js';
import { OctavoError } from '../errors.js';

export interface ScaleLayout {
  readonly depth: number;
  readonly inner: number;
  readonly block: number;
  readonly scaleCount: number;
}

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The layout of a tensor of shape `dims` under a granularity; `axis` must lie in [0, rank).
 *  @throws OctavoError `INVALID_ARGUMENT` for an axis outside the rank or a blockSize that is not a positive integer. */
export function scaleLayout(dims: readonly number[], granularity: Granularity): ScaleLayout {
  if (granularity.kind === 'tensor') return { depth: 1, inner: 1, block: 1, scaleCount: 1 };
  const { axis } = granularity;
  if (!Number.isInteger(axis) || axis < 0 || axis >= dims.length) {
    throw new OctavoError('INVALID_ARGUMENT', `axis ${axis} is outside rank ${dims.length}`, { field: 'axis' });
  }
  const size = dims[axis]!;
  const inner = product(dims.slice(axis + 1));
  if (granularity.kind === 'channel') {
    return inner === 1
      ? { depth: 1, inner: size, block: 1, scaleCount: size }
      : { depth: inner, inner: 1, block: inner, scaleCount: size };
  }
  const block = granularity.blockSize;
  if (!Number.isInteger(block) || block < 1) {
    throw new OctavoError('INVALID_ARGUMENT', `blockSize ${block} is not a positive integer`, { field: 'blockSize' });
  }
  const outer = product(dims.slice(0, axis));
  return { depth: size, inner, block, scaleCount: outer * Math.ceil(size / block) * inner };
}
