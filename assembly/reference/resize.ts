// A pass of a resize: what the SIMD variant must equal, bit for bit.
//
//   nearest   out[o, a, b] = x[o, A(a), B(b)]                       rows of `inner` bytes
//   blend     out[o, a, b] = Σ_j wA(a, j) · (Σ_k wB(b, k) · x[o, j, k])   float32, each sum from its first product on
//
// A table is 0 where the axis is not resized; its index is 0 then, and there is no sum.

import { ResizePass, windowAt, windowCount, windowFirst, windowWeight } from '../layout/resize';

/** Output rows [from, to) of the outer · aOutputs rows. */
export function resize_nearest(xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass): void {
  const inner = usize(pass.inner);
  for (let row = from; row < to; row++) {
    const a = pass.aTable == 0 ? 0 : load<u32>(pass.aTable + (usize(row % pass.aOutputs) << 2));
    for (let b: u32 = 0; b < pass.bOutputs; b++) {
      const k = pass.bTable == 0 ? 0 : load<u32>(pass.bTable + (usize(b) << 2));
      const x = ((usize(row / pass.aOutputs) * pass.aExtent + a) * pass.bExtent + k) * inner;
      const out = (usize(row) * pass.bOutputs + b) * inner;
      for (let i: usize = 0; i < inner; i++) store<u8>(outPtr + out + i, load<u8>(xPtr + x + i));
    }
  }
}

/** Output rows [from, to) of the outer · aOutputs rows. */
export function resize_blend_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass): void {
  for (let row = from; row < to; row++) {
    for (let b: u32 = 0; b < pass.bOutputs; b++) {
      for (let i: u32 = 0; i < pass.inner; i++) {
        const at = (usize(row) * pass.bOutputs + b) * pass.inner + i;
        store<f32>(outPtr + (at << 2), along(xPtr, row / pass.aOutputs, row % pass.aOutputs, b, i, pass));
      }
    }
  }
}

function along(xPtr: usize, outer: u32, a: u32, b: u32, i: u32, pass: ResizePass): f32 {
  if (pass.aTable == 0) return across(xPtr, outer * pass.aExtent, b, i, pass);
  const window = windowAt(pass.aTable, pass.aTaps, a);
  const first = outer * pass.aExtent + windowFirst(window);
  let sum = across(xPtr, first, b, i, pass) * windowWeight(window, 0);
  for (let j: u32 = 1; j < windowCount(window); j++) {
    sum += across(xPtr, first + j, b, i, pass) * windowWeight(window, j);
  }
  return sum;
}

function across(xPtr: usize, row: u32, b: u32, i: u32, pass: ResizePass): f32 {
  const start = usize(row) * pass.bExtent;
  if (pass.bTable == 0) return load<f32>(xPtr + (((start + b) * pass.inner + i) << 2));
  const window = windowAt(pass.bTable, pass.bTaps, b);
  const x = xPtr + (((start + windowFirst(window)) * pass.inner + i) << 2);
  let sum = load<f32>(x) * windowWeight(window, 0);
  for (let k: u32 = 1; k < windowCount(window); k++) {
    sum += load<f32>(x + (usize(k) * pass.inner << 2)) * windowWeight(window, k);
  }
  return sum;
}
