// From a granularity, as plans say it, to the ScaleLayout, as kernels see it (wasm/layout.ts draws it).

import { OctavoError } from '../errors.js';
import type { Granularity } from '../ir/plan.js';
import type { ScaleLayout } from '../wasm/layout.js';

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** The layout of a tensor of shape `dims` under a granularity; `axis` must lie in [0, rank).
 *  @throws OctavoError `INVALID_ARGUMENT` for an axis outside the rank or a blockSize that is not a positive integer. */
export function scaleLayout(dims: readonly number[], granularity: Granularity): ScaleLayout {
  if (granularity.kind === 'tensor') return { depth: 1, inner: 1, block: 1, scaleCount: 1 };
  const { axis } = granularity;
  if (!Number.isInteger(axis) || axis < 0 || axis >= dims.length) {
    throw new OctavoError('INVALID_ARGUMENT', `axis ${axis} is outside rank ${dims.length}`, {
      field: 'axis',
    });
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
    throw new OctavoError('INVALID_ARGUMENT', `blockSize ${block} is not a positive integer`, {
      field: 'blockSize',
    });
  }
  const outer = product(dims.slice(0, axis));
  return { depth: size, inner, block, scaleCount: outer * Math.ceil(size / block) * inner };
}
