// Planes of samples become rows of RGB, eight pixels at a time. Bit-equal to reference/jpeg-rows.ts, which says the formulas.
// Rows of planes have a stride of whole eights, so eight samples may be read wherever one is.
//
// Of a component halved across, the near and far row are first added in 16 bits (3 near + far), with the first and last sum
// repeated outside; then each sum and a neighbour make a pixel.

import { JPEG_IMAGE_BYTES, JPEG_PLANE_BYTES, JpegImage, JpegPlane } from '../../abi/jpeg-image';
import { blackenRow, grayRow, interleaveRow, repeatRow } from './plain';

const GRAY = 1, YCBCR = 3, RGB = 4, CMYK = 5;

/** Bytes that rows made of planes may be longer than the image is wide. */
const SLACK = 32;

/** Bytes of working memory for `components` planes of an image. */
export function jpeg_rows_bytes(width: u32, components: u32): u32 {
  return components * (width + SLACK) + (width + SLACK) * 2;
}

/** Rows [from, to) of the image, RGB in bytes, at outPtr. */
export function jpeg_rows(image: JpegImage, from: u32, to: u32, outPtr: usize): void {
  const width = image.width;
  let out = outPtr;
  for (let y = from; y < to; y++, out += usize(width) * 3) {
    const p0 = rowOf(image, 0, y);
    if (image.color == GRAY) {
      grayRow(p0, out, width);
      continue;
    }
    const p1 = rowOf(image, 1, y), p2 = rowOf(image, 2, y);
    if (image.color == RGB || image.color == CMYK) interleaveRow(p0, p1, p2, out, width);
    else convertRow(p0, p1, p2, out, width);
    if (image.color > <u32>RGB) blackenRow(rowOf(image, 3, y), out, width, image.color == CMYK);
  }
}

/** Where row y of the image lies, of one component. */
function rowOf(image: JpegImage, index: u32, y: u32): usize {
  const plane = changetype<JpegPlane>(
    changetype<usize>(image) + JPEG_IMAGE_BYTES + usize(index) * JPEG_PLANE_BYTES,
  );
  const across = plane.across, down = plane.down;
  const near = plane.samples + usize(y / down) * plane.stride;
  if (across == 1 && down == 1) return near;
  const row = image.rows + usize(index) * (image.width + SLACK);
  const sums = image.rows + usize(image.components) * (image.width + SLACK) + 16;
  const isSmooth = across == 1 || plane.width > 2;
  if (across == 2 && down == 1 && isSmooth) {
    widen(near, sums, plane.width);
    spread(sums, row, plane.width, i16x8.splat(1), i16x8.splat(2), 2);
  } else if (down == 2 && across <= 2 && isSmooth) {
    const far = plane.samples + usize(neighbour(y, plane.height)) * plane.stride;
    if (across == 1) downRow(near, far, row, image.width, i16x8.splat(1 + i16(y & 1)));
    else {
      addRows(near, far, sums, plane.width);
      spread(sums, row, plane.width, i16x8.splat(8), i16x8.splat(7), 4);
    }
  } else repeatRow(near, row, image.width, across);
  return row;
}

/** The second nearest row of a plane halved down, inside the plane. */
@inline
function neighbour(y: u32, height: u32): u32 {
  const near = y >> 1;
  if ((y & 1) == 0) return near == 0 ? 0 : near - 1;
  return min(near + 1, height - 1);
}

@inline
function eightOf(x: usize): v128 {
  return i16x8.extend_low_i8x16_u(v128.load64_zero(x));
}

@inline
function threeTimes(x: v128): v128 {
  return i16x8.add(x, i16x8.add(x, x));
}

function widen(x: usize, sums: usize, samples: u32): void {
  for (let i: usize = 0; i < usize(samples); i += 8) v128.store(sums + (i << 1), eightOf(x + i));
  repeatEnds(sums, samples);
}

function addRows(near: usize, far: usize, sums: usize, samples: u32): void {
  for (let i: usize = 0; i < usize(samples); i += 8) {
    v128.store(sums + (i << 1), i16x8.add(threeTimes(eightOf(near + i)), eightOf(far + i)));
  }
  repeatEnds(sums, samples);
}

@inline
function repeatEnds(sums: usize, samples: u32): void {
  store<u16>(sums - 2, load<u16>(sums));
  const last = sums + (usize(samples) << 1);
  store<u16>(last, load<u16>(last - 2));
}

/** Two pixels of every sum: 3 sum + the one before, and 3 sum + the one behind. */
function spread(sums: usize, out: usize, samples: u32, left: v128, right: v128, down: i32): void {
  for (let i: usize = 0; i < usize(samples); i += 8, sums += 16) {
    const three = threeTimes(v128.load(sums));
    const even = i16x8.shr_u(i16x8.add(i16x8.add(three, v128.load(sums - 2)), left), down);
    const odd = i16x8.shr_u(i16x8.add(i16x8.add(three, v128.load(sums + 2)), right), down);
    v128.store(out + (i << 1), v128.or(even, i16x8.shl(odd, 8)));
  }
}

function downRow(near: usize, far: usize, out: usize, width: u32, half: v128): void {
  for (let i: usize = 0; i < usize(width); i += 8) {
    const sum = i16x8.add(i16x8.add(threeTimes(eightOf(near + i)), eightOf(far + i)), half);
    const levels = i16x8.shr_u(sum, 2);
    v128.store64_lane(out + i, i8x16.narrow_i16x8_u(levels, levels), 0);
  }
}

/** The factors, less whole numbers, so that they fit 16 bits: 1.402 − 1, 1 − 0.71414, 1.772 − 2; pairs of Cb and Cr. */
function convertRow(yPtr: usize, cbPtr: usize, crPtr: usize, out: usize, width: u32): void {
  const forR = i16x8(0, 26345, 0, 26345, 0, 26345, 0, 26345);
  const forG = i16x8(-22554, 18734, -22554, 18734, -22554, 18734, -22554, 18734);
  const forB = i16x8(-14942, 0, -14942, 0, -14942, 0, -14942, 0);
  const middle = i16x8.splat(128);
  for (let i: usize = 0; i < usize(width); i += 8, out += 24) {
    const y = eightOf(yPtr + i);
    const cb = i16x8.sub(eightOf(cbPtr + i), middle), cr = i16x8.sub(eightOf(crPtr + i), middle);
    const low = v128.shuffle<i16>(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11);
    const high = v128.shuffle<i16>(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15);
    const r = i16x8.add(i16x8.add(y, cr), fractions(low, high, forR));
    const g = i16x8.add(i16x8.sub(y, cr), fractions(low, high, forG));
    const b = i16x8.add(i16x8.add(y, i16x8.add(cb, cb)), fractions(low, high, forB));
    const rg = i8x16.narrow_i16x8_u(r, g);
    const bb = i8x16.narrow_i16x8_u(b, b);
    const first = i8x16.shuffle(rg, bb, 0, 8, 16, 1, 9, 17, 2, 10, 18, 3, 11, 19, 4, 12, 20, 5);
    const rest = i8x16.shuffle(rg, bb, 13, 21, 6, 14, 22, 7, 15, 23, 0, 0, 0, 0, 0, 0, 0, 0);
    if (i + 8 <= usize(width)) {
      v128.store(out, first);
      v128.store64_lane(out, rest, 0, 16);
    } else storePart(out, first, rest, (width - u32(i)) * 3);
  }
}

@inline
function fractions(low: v128, high: v128, factors: v128): v128 {
  const half = i32x4.splat(32768);
  const a = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(low, factors), half), 16);
  const b = i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(high, factors), half), 16);
  return i16x8.narrow_i32x4_s(a, b);
}

const PART = memory.data(32, 16);

/** The last pixels of a row: behind them may be the end of memory. */
function storePart(out: usize, first: v128, rest: v128, bytes: u32): void {
  v128.store(PART, first);
  v128.store(PART, rest, 16);
  memory.copy(out, PART, bytes);
}
