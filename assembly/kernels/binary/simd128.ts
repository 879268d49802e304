// Binary operators over broadcast tensors: the walk of layout/broadcast.ts, a row at a time, in vectors where the
// type has them.

import { nextRow, rowLength, rowOffset, rowStep } from '../../layout/broadcast';
import { binaryRow } from '../../num/elementwise/rows';
import { shiftOf } from '../../num/elementwise/types';
import { hasLanes, laneRow } from './lanes';

/** out = a op b. `block` says how they are broadcast. In place on an operand that does not repeat is fine. */
export function binary_broadcast(op: i32, type: i32, a: usize, b: usize, out: usize, block: usize): void {
  const shift = shiftOf(type);
  const length = rowLength(block);
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  const lanes = hasLanes(op, type);
  do {
    const aRow = a + (rowOffset(block, 0) << shift);
    const bRow = b + (rowOffset(block, 1) << shift);
    if (lanes) laneRow(op, type, aRow, bRow, out, length, aStep, bStep);
    else binaryRow(op, type, aRow, bRow, out, length, aStep, bStep);
    out += <usize>length << shift;
  } while (nextRow(block));
}
