// Resizing pixels of RGB in bytes under windows.

import { ResizePass, windowAt, windowCount, windowFirst, windowWeight } from '../layout/resize';

/** Output rows [from, to): the pixels under a window, along B (across) then along A (down), each a float32 sum in their
 *  order; rounded half up, kept in 0 … 255, and so in between too if `rounds`. pass.cache has aTaps words, all ones before the first
 *  call, then aTaps rows of
 *  3 · bOutputs + 1 floats, then 3 · bExtent + 1 floats that only kernels/image/simd128.ts uses. */
export function image_resample(
  xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass, rounds: u32,
): void {
  const length = usize(pass.bOutputs) * 3;
  for (let row = from; row < to; row++) {
    const window = windowAt(pass.aTable, pass.aTaps, row);
    const first = windowFirst(window), count = windowCount(window);
    for (let j: u32 = 0; j < count; j++) blendRow(xPtr, first + j, pass, rounds);
    const out = outPtr + usize(row) * length;
    for (let i: usize = 0; i < length; i++) {
      let sum = load<f32>(cachedRow(first, pass) + (i << 2)) * windowWeight(window, 0);
      for (let j: u32 = 1; j < count; j++) {
        sum += load<f32>(cachedRow(first + j, pass) + (i << 2)) * windowWeight(window, j);
      }
      store<u8>(out + i, u8(level(sum)));
    }
  }
}

@inline
function level(x: f32): f32 {
  return min<f32>(max<f32>(floor<f32>(x + 0.5), 0), 255);
}

@inline
function cachedRow(row: u32, pass: ResizePass): usize {
  return pass.cache + (usize(pass.aTaps) << 2) + usize(row % pass.aTaps) * (usize(pass.bOutputs) * 12 + 4);
}

function blendRow(xPtr: usize, row: u32, pass: ResizePass, rounds: u32): void {
  const tag = pass.cache + (usize(row % pass.aTaps) << 2);
  if (load<u32>(tag) == row) return;
  store<u32>(tag, row);
  const x = xPtr + usize(row) * pass.bExtent * 3;
  let out = cachedRow(row, pass);
  for (let i: u32 = 0; i < pass.bOutputs; i++, out += 12) {
    const window = windowAt(pass.bTable, pass.bTaps, i);
    const pixel = x + usize(windowFirst(window)) * 3;
    const w0 = windowWeight(window, 0);
    let r = f32(load<u8>(pixel)) * w0, g = f32(load<u8>(pixel, 1)) * w0, b = f32(load<u8>(pixel, 2)) * w0;
    for (let k: u32 = 1; k < windowCount(window); k++) {
      const at = pixel + usize(k) * 3;
      const w = windowWeight(window, k);
      r += f32(load<u8>(at)) * w;
      g += f32(load<u8>(at, 1)) * w;
      b += f32(load<u8>(at, 2)) * w;
    }
    store<f32>(out, rounds != 0 ? level(r) : r);
    store<f32>(out, rounds != 0 ? level(g) : g, 4);
    store<f32>(out, rounds != 0 ? level(b) : b, 8);
  }
}
