// Comparisons over broadcast tensors, element by element.

import { nextRow, rowLength, rowOffset, rowStep } from '../layout/broadcast';
import { compareRow } from '../num/elementwise/compare';
import { shiftOf } from '../num/elementwise/types';

export function compare_broadcast(op: i32, type: i32, a: usize, b: usize, out: usize, block: usize): void {
  const shift = shiftOf(type);
  const length = rowLength(block);
  do {
    const aRow = a + (rowOffset(block, 0) << shift);
    const bRow = b + (rowOffset(block, 1) << shift);
    compareRow(op, type, aRow, bRow, out, length, rowStep(block, 0), rowStep(block, 1));
    out += length;
  } while (nextRow(block));
}
