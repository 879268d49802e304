// Resizing pixels of RGB in bytes under windows. Bit-equal to reference/image.ts.
//
// A row of pixels becomes floats once; a pixel of it is then one vector with the first channel of the next behind it. That
// fourth lane is computed along and written over by the next pixel; buffers have room for it at the end.

import { ResizePass, windowAt, windowCount, windowFirst, windowWeight } from '../../layout/resize';

/** Output rows [from, to): the pixels under a window, along B (across) then along A (down), each a float32 sum in their
 *  order; rounded half up, kept in 0 … 255, and so in between too if `rounds`. pass.cache has aTaps words, all ones before the first
 *  call, then aTaps rows of
 *  3 · bOutputs + 1 floats, then 3 · bExtent + 1 floats. */
export function image_resample(
  xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass, rounds: u32,
): void {
  const length = usize(pass.bOutputs) * 3;
  for (let row = from; row < to; row++) {
    const window = windowAt(pass.aTable, pass.aTaps, row);
    const first = windowFirst(window), count = windowCount(window);
    for (let j: u32 = 0; j < count; j++) blendRow(xPtr, first + j, pass, rounds);
    const out = outPtr + usize(row) * length;
    let i: usize = 0;
    for (; i + 16 <= length; i += 16) sumSixteen(out + i, i << 2, window, pass);
    for (; i < length; i++) sumOne(out + i, i << 2, window, pass);
  }
}

@inline
function cachedRow(row: u32, pass: ResizePass): usize {
  return pass.cache + (usize(pass.aTaps) << 2) + usize(row % pass.aTaps) * (usize(pass.bOutputs) * 12 + 4);
}

@inline
function sumSixteen(out: usize, at: usize, window: usize, pass: ResizePass): void {
  const first = windowFirst(window), count = windowCount(window);
  let x = cachedRow(first, pass) + at;
  let w = f32x4.splat(windowWeight(window, 0));
  let a = f32x4.mul(v128.load(x), w), b = f32x4.mul(v128.load(x, 16), w);
  let c = f32x4.mul(v128.load(x, 32), w), d = f32x4.mul(v128.load(x, 48), w);
  for (let j: u32 = 1; j < count; j++) {
    x = cachedRow(first + j, pass) + at;
    w = f32x4.splat(windowWeight(window, j));
    a = f32x4.add(a, f32x4.mul(v128.load(x), w));
    b = f32x4.add(b, f32x4.mul(v128.load(x, 16), w));
    c = f32x4.add(c, f32x4.mul(v128.load(x, 32), w));
    d = f32x4.add(d, f32x4.mul(v128.load(x, 48), w));
  }
  v128.store(out, i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(whole(a), whole(b)), i16x8.narrow_i32x4_s(whole(c), whole(d))));
}

@inline
function whole(x: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(levels(x));
}

@inline
function levels(x: v128): v128 {
  return f32x4.pmin(f32x4.pmax(f32x4.floor(f32x4.add(x, f32x4.splat(0.5))), f32x4.splat(0)), f32x4.splat(255));
}

function sumOne(out: usize, at: usize, window: usize, pass: ResizePass): void {
  const first = windowFirst(window), count = windowCount(window);
  let sum = load<f32>(cachedRow(first, pass) + at) * windowWeight(window, 0);
  for (let j: u32 = 1; j < count; j++) sum += load<f32>(cachedRow(first + j, pass) + at) * windowWeight(window, j);
  store<u8>(out, u8(min<f32>(max<f32>(floor<f32>(sum + 0.5), 0), 255)));
}

function blendRow(xPtr: usize, row: u32, pass: ResizePass, rounds: u32): void {
  const tag = pass.cache + (usize(row % pass.aTaps) << 2);
  if (load<u32>(tag) == row) return;
  store<u32>(tag, row);
  const floats = pass.cache + (usize(pass.aTaps) << 2) + usize(pass.aTaps) * (usize(pass.bOutputs) * 12 + 4);
  const length = usize(pass.bExtent) * 3;
  widenRow(xPtr + usize(row) * length, floats, length);
  let out = cachedRow(row, pass);
  let window = pass.bTable;
  const step = usize(pass.bTaps + 2) << 2;
  for (let i = pass.bOutputs; i > 0; i--, window += step, out += 12) {
    let pixel = floats + usize(windowFirst(window)) * 12;
    let sum = f32x4.mul(v128.load(pixel), v128.load32_splat(window, 8));
    const end = window + (usize(windowCount(window)) << 2);
    for (let w = window + 4; w < end; w += 4) {
      pixel += 12;
      sum = f32x4.add(sum, f32x4.mul(v128.load(pixel), v128.load32_splat(w, 8)));
    }
    v128.store(out, rounds != 0 ? levels(sum) : sum);
  }
}

function widenRow(x: usize, out: usize, length: usize): void {
  let i: usize = 0;
  for (; i + 16 <= length; i += 16, out += 64) {
    const bytes = v128.load(x + i);
    const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
    v128.store(out, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
    v128.store(out, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(out, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(out, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
  }
  for (; i < length; i++, out += 4) store<f32>(out, f32(load<u8>(x + i)));
  store<f32>(out, 0);
}
