// Shards: the samples dealt out to machines. Sample k belongs to shard k mod count, whoever runs it.

import { OctavoError } from '../errors.js';

export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 0, count: 1 };

/** @throws OctavoError `INVALID_ARGUMENT` */
export function checkShard({ index, count }: Shard): Shard {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new OctavoError('INVALID_ARGUMENT', `there cannot be ${count} shards`, { field: 'shard' });
  }
  if (Number.isSafeInteger(index) && index >= 0 && index < count) return { index, count };
  const range = count === 1 ? 'the only shard of 1 is 0' : `shards of ${count} are 0 to ${count - 1}`;
  throw new OctavoError('INVALID_ARGUMENT', `${range}, there is no ${index}`, { field: 'shard' });
}

export function isInShard({ index, count }: Shard, sample: number): boolean {
  return sample % count === index;
}

/** How many of the samples 0 to `total` - 1 belong to it. */
export function shardSize({ index, count }: Shard, total: number): number {
  return Math.max(0, Math.ceil((total - index) / count));
}
