// Where: of two broadcast tensors the first one's elements where the condition is true. Bits are moved, of any width.

import { nextRow, rowLength, rowOffset, rowStep } from '../../layout/broadcast';

/** out = condition ? x : y, elements of 1 << shift bytes, conditions bytes. `block` says how they are broadcast. In place on
 *  x or y that does not repeat is fine. */
export function where_broadcast(shift: i32, condition: usize, x: usize, y: usize, out: usize, block: usize): void {
  const length = rowLength(block);
  const steps = rowStep(block, 0);
  const xStep = rowStep(block, 1);
  const yStep = rowStep(block, 2);
  do {
    const cRow = condition + rowOffset(block, 0);
    const xRow = x + (rowOffset(block, 1) << shift);
    const yRow = y + (rowOffset(block, 2) << shift);
    if (shift == 2) words(cRow, xRow, yRow, out, length, steps, xStep, yStep);
    else if (shift == 3) loop<u64>(cRow, xRow, yRow, out, length, steps, xStep, yStep);
    else if (shift == 1) loop<u16>(cRow, xRow, yRow, out, length, steps, xStep, yStep);
    else loop<u8>(cRow, xRow, yRow, out, length, steps, xStep, yStep);
    out += <usize>length << shift;
  } while (nextRow(block));
}

function words(c: usize, x: usize, y: usize, out: usize, len: u32, cStep: u32, xStep: u32, yStep: u32): void {
  if (cStep == 0) {
    // One of the two is copied, or spread.
    const from = load<u8>(c) ? x : y;
    const step = load<u8>(c) ? xStep : yStep;
    return loop<u32>(c, from, from, out, len, 0, step, step);
  }
  const zero = i32x4.splat(0);
  for (; len >= 4; len -= 4) {
    const bytes = v128.load32_zero(c);
    const mask = i32x4.ne(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)), zero);
    const a = xStep ? v128.load(x) : v128.load32_splat(x);
    const b = yStep ? v128.load(y) : v128.load32_splat(y);
    v128.store(out, v128.bitselect(a, b, mask));
    c += 4;
    x += xStep << 4;
    y += yStep << 4;
    out += 16;
  }
  loop<u32>(c, x, y, out, len, cStep, xStep, yStep);
}

@inline
function loop<T>(c: usize, x: usize, y: usize, out: usize, len: u32, cStep: u32, xStep: u32, yStep: u32): void {
  for (let i: u32 = 0; i < len; i++) {
    store<T>(out, load<u8>(c) ? load<T>(x) : load<T>(y));
    c += cStep;
    x += xStep * sizeof<T>();
    y += yStep * sizeof<T>();
    out += sizeof<T>();
  }
}
