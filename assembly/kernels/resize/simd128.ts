// A pass of a resize over [outer, A, B, inner]. Bit-equal to reference/resize.ts.
//
// nearest   an output row whose input row is that of the row before is copied from there; else its pieces of `inner` bytes
//           are gathered along B.
// blend     an input row is blended along B once and kept in a cache of aTaps rows (row r in slot r mod aTaps: the rows
//           of one window are consecutive, so they never share a slot); output rows are sums of cached rows, contiguous
//           and so vectors whatever `inner` is.

import { ResizePass, windowAt, windowCount, windowFirst, windowWeight } from '../../layout/resize';

/** Output rows [from, to) of the outer · aOutputs rows. */
export function resize_nearest(xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass): void {
  const outBytes = usize(pass.bOutputs) * pass.inner;
  const inBytes = usize(pass.bExtent) * pass.inner;
  let out = outPtr + usize(from) * outBytes;
  let before: usize = 0;
  for (let row = from; row < to; row++) {
    const a = pass.aTable == 0 ? 0 : load<u32>(pass.aTable + (usize(row % pass.aOutputs) << 2));
    const x = xPtr + (usize(row / pass.aOutputs) * pass.aExtent + a) * inBytes;
    if (x == before) memory.copy(out, out - outBytes, outBytes);
    else if (pass.bTable == 0) memory.copy(out, x, outBytes);
    else gatherRow(x, out, pass);
    before = x;
    out += outBytes;
  }
}

function gatherRow(x: usize, out: usize, pass: ResizePass): void {
  const inner = usize(pass.inner);
  if (inner == 4) gatherElements<u32>(x, out, pass);
  else if (inner == 1) gatherElements<u8>(x, out, pass);
  else if (inner == 2) gatherElements<u16>(x, out, pass);
  else if (inner == 8) gatherElements<u64>(x, out, pass);
  else if (inner >= 16 && inner <= 1024) gatherVectors(x, out, pass);
  else {
    const end = pass.bTable + (usize(pass.bOutputs) << 2);
    for (let table = pass.bTable; table < end; table += 4, out += inner) {
      memory.copy(out, x + usize(load<u32>(table)) * inner, inner);
    }
  }
}

@inline
function gatherElements<T>(x: usize, out: usize, pass: ResizePass): void {
  const end = pass.bTable + (usize(pass.bOutputs) << 2);
  for (let table = pass.bTable; table < end; table += 4, out += sizeof<T>()) {
    store<T>(out, load<T>(x + usize(load<u32>(table)) * sizeof<T>()));
  }
}

/** Pieces of whole vectors, the last one ending where the piece ends. */
@inline
function gatherVectors(x: usize, out: usize, pass: ResizePass): void {
  const inner = usize(pass.inner);
  const end = pass.bTable + (usize(pass.bOutputs) << 2);
  const last = inner - 16;
  for (let table = pass.bTable; table < end; table += 4, out += inner) {
    const from = x + usize(load<u32>(table)) * inner;
    for (let i: usize = 0; i < last; i += 16) v128.store(out + i, v128.load(from + i));
    v128.store(out + last, v128.load(from + last));
  }
}

/** Output rows [from, to) of the outer · aOutputs rows. */
export function resize_blend_f32(xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass): void {
  const length = usize(pass.bOutputs) * pass.inner;
  const cached = pass.aTable != 0 && pass.bTable != 0;
  for (let slot: u32 = 0; cached && slot < pass.aTaps; slot++) store<u32>(pass.cache + (usize(slot) << 2), u32.MAX_VALUE);
  let out = outPtr + usize(from) * (length << 2);
  for (let row = from; row < to; row++, out += length << 2) {
    const outer = row / pass.aOutputs;
    if (pass.aTable == 0) {
      acrossRow(xPtr, outer, out, pass);
      continue;
    }
    const window = windowAt(pass.aTable, pass.aTaps, row % pass.aOutputs);
    const first = outer * pass.aExtent + windowFirst(window);
    const count = windowCount(window);
    const r0 = blended(xPtr, first, length, cached, pass);
    if (count == 2) {
      const r1 = blended(xPtr, first + 1, length, cached, pass);
      addRows(r0, windowWeight(window, 0), r1, windowWeight(window, 1), out, length);
      continue;
    }
    scaleRow(r0, windowWeight(window, 0), out, length);
    for (let j: u32 = 1; j < count; j++) {
      addRow(blended(xPtr, first + j, length, cached, pass), windowWeight(window, j), out, length);
    }
  }
}

/** Where input row `row` is, blended along B. */
@inline
function blended(xPtr: usize, row: u32, length: usize, cached: bool, pass: ResizePass): usize {
  if (!cached) return xPtr + usize(row) * (length << 2);
  const slot = usize(row % pass.aTaps);
  const tag = pass.cache + (slot << 2);
  const place = pass.cache + (usize(pass.aTaps) << 2) + slot * (length << 2);
  if (load<u32>(tag) != row) {
    acrossRow(xPtr, row, place, pass);
    store<u32>(tag, row);
  }
  return place;
}

/** out = input row `row` blended along B. */
function acrossRow(xPtr: usize, row: u32, out: usize, pass: ResizePass): void {
  const bytes = usize(pass.inner) << 2;
  const x = xPtr + usize(row) * pass.bExtent * bytes;
  const step = usize(pass.bTaps + 2) << 2;
  let window = pass.bTable;
  for (let b = pass.bOutputs; b > 0; b--, window += step, out += bytes) {
    const from = x + usize(windowFirst(window)) * bytes;
    const count = windowCount(window);
    const w0 = windowWeight(window, 0);
    if (bytes == 4) {
      let sum = load<f32>(from) * w0;
      for (let k: u32 = 1; k < count; k++) sum += load<f32>(from + (usize(k) << 2)) * windowWeight(window, k);
      store<f32>(out, sum);
    } else if (count == 2) addRows(from, w0, from + bytes, windowWeight(window, 1), out, usize(pass.inner));
    else {
      scaleRow(from, w0, out, usize(pass.inner));
      for (let k: u32 = 1; k < count; k++) addRow(from + usize(k) * bytes, windowWeight(window, k), out, usize(pass.inner));
    }
  }
}

/** out = x · w */
function scaleRow(x: usize, w: f32, out: usize, length: usize): void {
  const w4 = f32x4.splat(w);
  const end = out + (length << 2);
  for (; out + 16 <= end; out += 16, x += 16) v128.store(out, f32x4.mul(v128.load(x), w4));
  for (; out < end; out += 4, x += 4) store<f32>(out, load<f32>(x) * w);
}

/** out += x · w */
function addRow(x: usize, w: f32, out: usize, length: usize): void {
  const w4 = f32x4.splat(w);
  const end = out + (length << 2);
  for (; out + 16 <= end; out += 16, x += 16) {
    v128.store(out, f32x4.add(v128.load(out), f32x4.mul(v128.load(x), w4)));
  }
  for (; out < end; out += 4, x += 4) store<f32>(out, load<f32>(out) + load<f32>(x) * w);
}

/** out = x · w + y · v */
function addRows(x: usize, w: f32, y: usize, v: f32, out: usize, length: usize): void {
  const w4 = f32x4.splat(w);
  const v4 = f32x4.splat(v);
  const end = out + (length << 2);
  for (; out + 16 <= end; out += 16, x += 16, y += 16) {
    v128.store(out, f32x4.add(f32x4.mul(v128.load(x), w4), f32x4.mul(v128.load(y), v4)));
  }
  for (; out < end; out += 4, x += 4, y += 4) store<f32>(out, load<f32>(x) * w + load<f32>(y) * v);
}
