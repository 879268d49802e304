// Where over broadcast tensors, byte by byte.

import { nextRow, rowLength, rowOffset, rowStep } from '../layout/broadcast';

export function where_broadcast(shift: i32, condition: usize, x: usize, y: usize, out: usize, block: usize): void {
  const length = rowLength(block);
  const bytes: usize = 1 << shift;
  do {
    for (let i: u32 = 0; i < length; i++) {
      const chosen = load<u8>(condition + rowOffset(block, 0) + i * rowStep(block, 0));
      const xAt = x + (rowOffset(block, 1) + i * rowStep(block, 1) << shift);
      const yAt = y + (rowOffset(block, 2) + i * rowStep(block, 2) << shift);
      for (let b: usize = 0; b < bytes; b++) store<u8>(out + b, load<u8>((chosen ? xAt : yAt) + b));
      out += bytes;
    }
  } while (nextRow(block));
}
