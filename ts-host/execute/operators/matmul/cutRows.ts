// Long products as steps.

import type { Step } from '../../operator.js';
import type { Product } from './operands.js';

/** Multiply-adds of one step, some milliseconds. */
export const STEP_MULTIPLY_ADDS = 5e7;

/** Of all matrices of a product. */
export function multiplyAddsOf({ batch, m, n, k }: Product): number {
  return batch.reduce((count, size) => count * size, m * n * k);
}

/** Steps over all rows of all matrices: many small matrices share one, a large one is cut. */
export function cutRows(
  matrices: number,
  m: number,
  perRow: number,
  rows: (index: number, first: number, end: number) => void,
): Step[] {
  const atOnce = Math.max(1, Math.floor(STEP_MULTIPLY_ADDS / Math.max(1, perRow)));
  const steps: Step[] = [];
  if (m > atOnce) {
    for (let index = 0; index < matrices; index++) {
      for (let first = 0; first < m; first += atOnce) {
        steps.push(() => rows(index, first, Math.min(m, first + atOnce)));
      }
    }
    return steps;
  }
  const together = Math.max(1, Math.floor(atOnce / Math.max(1, m)));
  for (let from = 0; from < matrices; from += together) {
    const to = Math.min(matrices, from + together);
    steps.push(() => {
      for (let index = from; index < to; index++) rows(index, 0, m);
    });
  }
  return steps;
}
