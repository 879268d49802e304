// Binary operators over broadcast tensors: the walk of layout/broadcast.ts, a row at a time, in vectors where the
// type has them.

import { nextRow, nextRows, repeatedRows, rowLength, rowOffset, rowStep } from '../../layout/broadcast';
import { binaryRow } from '../../num/elementwise/rows';
import { shiftOf } from '../../num/elementwise/types';
import { hasLanes, laneRow } from './lanes';

/** Room for an operand's short row, again and again. */
const REPEATED: usize = memory.data(2048);
const REPEATED_BYTES: usize = 2048;
/** Rows up to this many bytes are repeated. */
const SHORT: usize = 512;

/** out = a op b. `block` says how they are broadcast. In place on an operand that does not repeat is fine. */
export function binary_broadcast(op: i32, type: i32, a: usize, b: usize, out: usize, block: usize): void {
  const shift = shiftOf(type);
  const length = rowLength(block);
  const lanes = hasLanes(op, type);
  if (lanes && <usize>length << shift <= SHORT) {
    const bRows = repeatedRows(block, 1, 0);
    if (bRows != 0) return shortRows(op, type, a, b, out, block, bRows, false);
    const aRows = repeatedRows(block, 0, 1);
    if (aRows != 0) return shortRows(op, type, a, b, out, block, aRows, true);
  }
  const aStep = rowStep(block, 0);
  const bStep = rowStep(block, 1);
  do {
    const aRow = a + (rowOffset(block, 0) << shift);
    const bRow = b + (rowOffset(block, 1) << shift);
    if (lanes) laneRow(op, type, aRow, bRow, out, length, aStep, bStep);
    else binaryRow(op, type, aRow, bRow, out, length, aStep, bStep);
    out += <usize>length << shift;
  } while (nextRow(block));
}

/** [50176, 3] + [3]: the short row is repeated, to go through many rows of the other at once. */
function shortRows(
  op: i32, type: i32, a: usize, b: usize, out: usize, block: usize, rows: u32, aRepeats: bool,
): void {
  const shift = shiftOf(type);
  const rowBytes = <usize>rowLength(block) << shift;
  const together = min(<u32>(REPEATED_BYTES / rowBytes), rows);
  do {
    let aRow = a + (rowOffset(block, 0) << shift);
    let bRow = b + (rowOffset(block, 1) << shift);
    const short = aRepeats ? aRow : bRow;
    for (let i: u32 = 0; i < together; i++) memory.copy(REPEATED + i * rowBytes, short, rowBytes);
    for (let left = rows; left > 0; ) {
      const count = min(together, left);
      const bytes = count * rowBytes;
      laneRow(op, type, aRepeats ? REPEATED : aRow, aRepeats ? bRow : REPEATED, out, <u32>(bytes >> shift), 1, 1);
      aRow += bytes;
      bRow += bytes;
      out += bytes;
      left -= count;
    }
  } while (nextRows(block, 1));
}
