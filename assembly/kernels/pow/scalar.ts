// Powers over broadcast tensors of any two types.

import { nextRow, rowLength, rowOffset, rowStep } from '../../layout/broadcast';
import { powerRow } from '../../num/elementwise/power';
import { shiftOf } from '../../num/elementwise/types';

/** out = x ^ y, of the type of x. `block` says how they are broadcast. In place on an x that does not repeat is fine. */
export function pow_broadcast(xType: i32, yType: i32, x: usize, y: usize, out: usize, block: usize): void {
  const length = rowLength(block);
  do {
    const xRow = x + (rowOffset(block, 0) << shiftOf(xType));
    const yRow = y + (rowOffset(block, 1) << shiftOf(yType));
    powerRow(xType, yType, xRow, yRow, out, length, rowStep(block, 0), rowStep(block, 1));
    out += <usize>length << shiftOf(xType);
  } while (nextRow(block));
}
