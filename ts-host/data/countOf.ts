// How many items samples have, for progress.

import type { ValueInfo } from '../ir/model.js';
import type { Samples } from './sample.js';

/** @param inputs - of the model that is to be fed: files of several inputs are one item
 *  @returns 0 where samples do not tell */
export function countOf(samples: Samples, inputs: readonly ValueInfo[]): number {
  if (typeof samples === 'object' && samples !== null && 'countFor' in samples) {
    const count = samples.countFor?.(inputs);
    if (count !== undefined) return count;
  }
  return samples?.count ?? (Array.isArray(samples) ? samples.length : 0);
}
