// What tests of movers share: dtypes of every width, and lists for attributes.

import type { DType } from '../../ts-host/ir/dtype.js';
import { type Feed, type Rng, random } from './harness.js';

/** At least one of each width. */
const MOVED: readonly DType[] = ['float32', 'int64', 'uint8', 'float64', 'int32', 'bool', 'float16', 'int8'];

/** A random tensor whose dtype goes round with `index`; NaN, infinities and -0 are among the floats. */
export function tensor(rng: Rng, dims: readonly number[], index: number): Feed {
  return random(rng, MOVED[index % MOVED.length]!, dims, { specials: 0.2 });
}

/** An attribute of integers. */
export function list(...values: number[]): bigint[] {
  return values.map(BigInt);
}

/** `axis` of `rank`, or the same counted from the end. */
export function eitherEnd(rng: Rng, axis: number, rank: number): number {
  return rng.float() < 0.5 ? axis - rank : axis;
}
