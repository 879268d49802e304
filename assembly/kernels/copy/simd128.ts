// Strided copy: out[Σ i·outStride] = x[Σ i·xStride] for all indices i of a box of any rank. Transpose, Slice, Concat,
// Expand, Tile and Pad are such copies; only their strides differ. A stride of x may be 0 (repeats) or negative (runs
// backwards). Bits are moved, so the type is a width.
//
// tablePtr points to u32 words; strides are in bytes, modulo 2^32:
//
//   rank ≥ 2 | n, xStride, outStride of the outermost loop | … of the innermost | rank words for the kernel to count in
//
// The outer loops are counted here; the two inner ones are a plane (plane.ts). Any alignment; the ranges read and written
// do not overlap. scratchPtr has 16 KiB where the plane is a transpose (x goes on along the second loop from the inside).

import { copyPlane } from './plane';

export function copy_strided_u8(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  copyStrided<u8>(tablePtr, xPtr, outPtr, scratchPtr);
}

export function copy_strided_u16(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  copyStrided<u16>(tablePtr, xPtr, outPtr, scratchPtr);
}

export function copy_strided_u32(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  copyStrided<u32>(tablePtr, xPtr, outPtr, scratchPtr);
}

export function copy_strided_u64(tablePtr: usize, xPtr: usize, outPtr: usize, scratchPtr: usize): void {
  copyStrided<u64>(tablePtr, xPtr, outPtr, scratchPtr);
}

/** Bytes of a loop in the table. */
const LOOP: usize = 12;

function copyStrided<T>(tablePtr: usize, x: usize, out: usize, scratchPtr: usize): void {
  const rank: usize = load<u32>(tablePtr);
  const loops = tablePtr + 4;
  const counters = loops + rank * LOOP;
  const plane = loops + (rank - 2) * LOOP;
  const n0: usize = load<u32>(plane);
  const x0: usize = load<u32>(plane, 4);
  const out0: usize = load<u32>(plane, 8);
  const n1: usize = load<u32>(plane, 12);
  const x1: usize = load<u32>(plane, 16);
  const out1: usize = load<u32>(plane, 20);
  for (let d: usize = 0; d < rank; d++) {
    if (load<u32>(loops + d * LOOP) == 0) return;
    store<u32>(counters + d * 4, 0);
  }
  while (true) {
    copyPlane<T>(x, out, scratchPtr, n0, x0, out0, n1, x1, out1);
    let d = rank - 2;
    while (true) {
      if (d == 0) return;
      d--;
      const loop = loops + d * LOOP;
      const n: usize = load<u32>(loop);
      const xStride: usize = load<u32>(loop, 4);
      const outStride: usize = load<u32>(loop, 8);
      const count: usize = load<u32>(counters + d * 4) + 1;
      x += xStride;
      out += outStride;
      if (count < n) {
        store<u32>(counters + d * 4, count);
        break;
      }
      store<u32>(counters + d * 4, 0);
      x -= n * xStride;
      out -= n * outStride;
    }
  }
}
