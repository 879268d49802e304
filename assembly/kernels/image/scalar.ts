// From pixels to a model's input, without SIMD: turning upright, picking, normalizing. Pixels are RGB in bytes.

import { ResizePass } from '../../layout/resize';

/** Writes rows [from, to) of a picture of width x height as a camera held it upright. orientation: 2 … 8 as in EXIF; from 5 on width and height
 *  change places.
 *
 *    2 mirrored · 3 turned by 180° · 4 upside down · 5 transposed · 6 turned by 90° clockwise · 7 transposed over the other
 *    diagonal · 8 turned by 90° anticlockwise */
export function image_orient(
  xPtr: usize, width: u32, height: u32, orientation: u32, outPtr: usize, from: u32, to: u32,
): void {
  const isTurned = orientation >= 5;
  const outWidth = isTurned ? height : width;
  const mirrorsX = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const mirrorsY = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  let x = xPtr + usize(from) * width * 3;
  for (let row = from; row < to; row++) {
    const v = mirrorsY ? height - 1 - row : row;
    for (let column: u32 = 0; column < width; column++, x += 3) {
      const u = mirrorsX ? width - 1 - column : column;
      const place = isTurned ? usize(u) * outWidth + v : usize(v) * outWidth + u;
      store<u16>(outPtr + place * 3, load<u16>(x));
      store<u8>(outPtr + place * 3, load<u8>(x, 2), 2);
    }
  }
}

/** Indices of the pixels nearest to `outputs` points spread over `extent`: floor((i + ½) · extent / outputs), exact. */
export function image_nearest_table(outputs: u32, extent: u32, tablePtr: usize): void {
  for (let i: u32 = 0; i < outputs; i++) {
    store<u32>(tablePtr + (usize(i) << 2), u32((u64(i) * 2 + 1) * u64(extent) / (u64(outputs) * 2)));
  }
}

/** outputs rows and columns, of the nearest pixels: aTable and bTable are indices. */
export function image_pick(xPtr: usize, outPtr: usize, from: u32, to: u32, pass: ResizePass): void {
  let out = outPtr + usize(from) * pass.bOutputs * 3;
  for (let row = from; row < to; row++) {
    const x = xPtr + usize(load<u32>(pass.aTable + (usize(row) << 2))) * pass.bExtent * 3;
    for (let i: u32 = 0; i < pass.bOutputs; i++, out += 3) {
      const pixel = x + usize(load<u32>(pass.bTable + (usize(i) << 2))) * 3;
      store<u16>(out, load<u16>(pixel));
      store<u8>(out, load<u8>(pixel, 2), 2);
    }
  }
}

/** 0 RGB, 1 BGR, 2 GRAY: (19595 R + 38470 G + 7471 B) / 65536, rounded: 0.299, 0.587, 0.114 (ITU-R BT.601). */
@inline
function channelOf(pixel: usize, format: u32, channel: u32): u32 {
  if (format == 2) {
    const r = u32(load<u8>(pixel)), g = u32(load<u8>(pixel, 1)), b = u32(load<u8>(pixel, 2));
    return r * 19595 + g * 38470 + b * 7471 + 32768 >> 16;
  }
  return u32(load<u8>(pixel + (format == 1 ? 2 - channel : channel)));
}

/** What each level of a channel becomes. */
const TABLE = memory.data(1024, 4);

/** out = (x − mean) / deviation in float32, element (pixel, channel) at pixel · pixelStep + channel · channelStep.
 *  normPtr: a mean for each of three channels of the format, then the deviations. */
export function image_normalize_f32(
  xPtr: usize, pixels: u32, format: u32, normPtr: usize, outPtr: usize, pixelStep: u32, channelStep: u32,
): void {
  const channels: u32 = format == 2 ? 1 : 3;
  for (let c: u32 = 0; c < channels; c++) {
    const mean = load<f32>(normPtr + (usize(c) << 2)), deviation = load<f32>(normPtr + (usize(c) << 2), 12);
    for (let level: u32 = 0; level < 256; level++) {
      store<f32>(TABLE + (usize(level) << 2), (f32(level) - mean) / deviation);
    }
    const step = usize(pixelStep) << 2;
    let out = outPtr + (usize(c) * channelStep << 2);
    if (format == 2) {
      for (let i: u32 = 0; i < pixels; i++, out += step) {
        store<f32>(out, load<f32>(TABLE + (usize(channelOf(xPtr + usize(i) * 3, format, c)) << 2)));
      }
      continue;
    }
    let x = xPtr + (format == 1 ? 2 - c : c);
    for (let i = pixels; i > 0; i--, x += 3, out += step) {
      store<f32>(out, load<f32>(TABLE + (usize(load<u8>(x)) << 2)));
    }
  }
}

/** The levels themselves, laid out likewise. */
export function image_levels_u8(
  xPtr: usize, pixels: u32, format: u32, outPtr: usize, pixelStep: u32, channelStep: u32,
): void {
  const channels: u32 = format == 2 ? 1 : 3;
  for (let c: u32 = 0; c < channels; c++) {
    let out = outPtr + usize(c) * channelStep;
    for (let i: u32 = 0; i < pixels; i++, out += pixelStep) {
      store<u8>(out, u8(channelOf(xPtr + usize(i) * 3, format, c)));
    }
  }
}
