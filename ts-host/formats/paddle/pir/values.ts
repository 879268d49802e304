// What the numbered values of a PIR program are to legacy operators: variables, lists of values, or constants that most
// operators take as attributes and only some as tensors.

import type { PirTensorType } from './types.js';

export interface Constant {
  readonly kind: 'constant';
  /** Elements of `full_int_array`, or the one that `full` repeats. */
  readonly numbers: readonly (number | bigint)[];
  /** Dims of `full`; undefined for `full_int_array`, whose elements are all there. */
  readonly filled?: readonly number[];
  /** Paddle's number of the element type. */
  readonly dtype: number;
  readonly type: PirTensorType;
  /** The name that the constant gets if it becomes a variable. */
  readonly name: string;
  /** Place of the operator that makes it; undefined where it is one that another operator needs it as. */
  readonly index: number | undefined;
}

export type Value =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Value[] }
  | Constant
  /** An output that the operator did not make. */
  | { readonly kind: 'none' };

const INT32_MAX = 2 ** 31 - 1;

/** The whole numbers of a constant, or of a list of constants; undefined where something is computed.
 *
 *  Legacy attributes of sizes, places and axes hold 32 bits. A value beyond them ("up to the end") means the farthest. */
export function constantInts(value: Value): readonly number[] | undefined {
  if (value.kind === 'list') {
    const lists = value.items.map(constantInts);
    return lists.includes(undefined) ? undefined : lists.flatMap((list) => list ?? []);
  }
  return value.kind === 'constant' ? value.numbers.map(clampToInt32) : undefined;
}

function clampToInt32(value: number | bigint): number {
  return Math.max(-INT32_MAX - 1, Math.min(INT32_MAX, Math.trunc(Number(value))));
}

/** The number that a constant repeats; undefined where it is computed, or there are several. */
export function constantNumber(value: Value): number | undefined {
  return value.kind === 'constant' && value.numbers.length === 1 ? Number(value.numbers[0]) : undefined;
}
