// Planes of samples become rows of RGB: planes of lower resolution are enlarged, then the colours are converted.
//
// Planes halved across, down or both are enlarged with weights 3/4 and 1/4 (the samples lie between the pixels), others by
// repeating samples. All in integers, rounding as libjpeg does, so that pixels equal its pixels.

import { JPEG_IMAGE_BYTES, JPEG_PLANE_BYTES, JpegImage, JpegPlane } from '../abi/jpeg-image';

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
    if (image.color == YCBCR) convertRow(p0, p1, p2, out, width);
    else if (image.color == RGB) interleaveRow(p0, p1, p2, out, width);
    else {
      if (image.color == CMYK) interleaveRow(p0, p1, p2, out, width);
      else convertRow(p0, p1, p2, out, width);
      blackenRow(rowOf(image, 3, y), out, width, image.color == CMYK);
    }
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
  const isSmooth = across == 1 || plane.width > 2;
  if (across == 2 && down == 1 && isSmooth) acrossRow(near, row, image.width, plane.width);
  else if (down == 2 && across <= 2 && isSmooth) {
    const far = plane.samples + usize(neighbour(y, plane.height)) * plane.stride;
    if (across == 1) downRow(near, far, row, image.width, 1 + (y & 1));
    else acrossAndDownRow(near, far, row, image.width, plane.width);
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

function repeatRow(x: usize, out: usize, width: u32, across: u32): void {
  for (let i: u32 = 0; i < width; i++) store<u8>(out + i, load<u8>(x + i / across));
}

function acrossRow(x: usize, out: usize, width: u32, samples: u32): void {
  for (let i: u32 = 0; i < width; i++) {
    const at = i >> 1;
    const near = u32(load<u8>(x + at));
    const isLeft = (i & 1) == 0;
    const beside = isLeft ? (at == 0 ? at : at - 1) : min(at + 1, samples - 1);
    // At the borders near = beside, and 4 · near comes back.
    store<u8>(out + i, u8(near * 3 + u32(load<u8>(x + beside)) + (isLeft ? 1 : 2) >> 2));
  }
}

function downRow(near: usize, far: usize, out: usize, width: u32, half: u32): void {
  for (let i: u32 = 0; i < width; i++) {
    store<u8>(out + i, u8(u32(load<u8>(near + i)) * 3 + u32(load<u8>(far + i)) + half >> 2));
  }
}

function acrossAndDownRow(near: usize, far: usize, out: usize, width: u32, samples: u32): void {
  for (let i: u32 = 0; i < width; i++) {
    const at = i >> 1;
    const isLeft = (i & 1) == 0;
    const beside = isLeft ? (at == 0 ? at : at - 1) : min(at + 1, samples - 1);
    const here = u32(load<u8>(near + at)) * 3 + load<u8>(far + at);
    const there = u32(load<u8>(near + beside)) * 3 + load<u8>(far + beside);
    store<u8>(out + i, u8(here * 3 + there + (isLeft ? 8 : 7) >> 4));
  }
}

function grayRow(x: usize, out: usize, width: u32): void {
  for (let i: u32 = 0; i < width; i++, out += 3) {
    const level = load<u8>(x + i);
    store<u8>(out, level);
    store<u8>(out, level, 1);
    store<u8>(out, level, 2);
  }
}

function interleaveRow(r: usize, g: usize, b: usize, out: usize, width: u32): void {
  for (let i: u32 = 0; i < width; i++, out += 3) {
    store<u8>(out, load<u8>(r + i));
    store<u8>(out, load<u8>(g + i), 1);
    store<u8>(out, load<u8>(b + i), 2);
  }
}

/** R = Y + 1.402 Cr, G = Y − 0.34414 Cb − 0.71414 Cr, B = Y + 1.772 Cb (ITU-T T.871), with 16 fraction bits. */
function convertRow(yPtr: usize, cbPtr: usize, crPtr: usize, out: usize, width: u32): void {
  const half = 32768;
  for (let i: u32 = 0; i < width; i++, out += 3) {
    const y = i32(load<u8>(yPtr + i)), cb = i32(load<u8>(cbPtr + i)) - 128, cr = i32(load<u8>(crPtr + i)) - 128;
    store<u8>(out, level(y + (cr * 91881 + half >> 16)));
    store<u8>(out, level(y + (half - cb * 22554 - cr * 46802 >> 16)), 1);
    store<u8>(out, level(y + (cb * 116130 + half >> 16)), 2);
  }
}

@inline
function level(x: i32): u8 {
  return u8(min(max(x, 0), 255));
}

/** The inks at outPtr under black. Files hold them inverted: 255 is no ink. Those that came as YCC are inverted twice.
 *  level = black · (1 − ink / 255) */
function blackenRow(kPtr: usize, out: usize, width: u32, isInverted: bool): void {
  for (let i: u32 = 0; i < width; i++) {
    const black = u32(load<u8>(kPtr + i));
    for (let c: u32 = 0; c < 3; c++, out++) {
      const x = u32(load<u8>(out));
      const product = (isInverted ? 255 - x : x) * black + 128;
      // (product / 256 + product) / 256 is product / 255, rounded to nearest.
      store<u8>(out, u8(black - ((product >> 8) + product >> 8)));
    }
  }
}
