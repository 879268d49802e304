// What PNG needs besides inflating: check sums, undoing the filters of rows, and pixels of every kind as RGB in bytes. No
// SIMD: a filtered byte depends on the one before it.

/** The table of the cyclic redundancy check, made on first use. */
const CRC_TABLE = memory.data(1024, 4);
let hasCrcTable = false;

/** CRC-32 of `bytes` more bytes; begins with 0 (ISO 3309, as PNG and zip have it). */
export function png_crc32(xPtr: usize, bytes: u32, before: u32): u32 {
  if (!hasCrcTable) fillCrcTable();
  let crc = ~before;
  for (let i: u32 = 0; i < bytes; i++) {
    crc = crc >> 8 ^ load<u32>(CRC_TABLE + (usize((crc ^ u32(load<u8>(xPtr + i))) & 255) << 2));
  }
  return ~crc;
}

function fillCrcTable(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320 : 0);
    store<u32>(CRC_TABLE + (usize(i) << 2), crc);
  }
  hasCrcTable = true;
}

/** Adler-32 of `bytes` more bytes; begins with 1 (RFC 1950). */
export function png_adler32(xPtr: usize, bytes: u32, before: u32): u32 {
  let a = before & 0xffff, b = before >> 16;
  let at: u32 = 0;
  while (at < bytes) {
    // So many bytes fit before b overflows.
    const stop = min(bytes, at + 5552);
    for (; at < stop; at++) {
      a += u32(load<u8>(xPtr + at));
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b << 16 | a;
}

/** Undoes the filters of `rows` rows of 1 + rowBytes bytes, in place; `step` bytes a pixel, at least 1. beforePtr: the
 *  rowBytes bytes of the row above, 0 if there is none. Answers 0, or 1 for a filter that there is not. */
export function png_unfilter(rowsPtr: usize, rows: u32, rowBytes: u32, step: u32, beforePtr: usize): i32 {
  let above = beforePtr;
  let row = rowsPtr;
  for (let y: u32 = 0; y < rows; y++) {
    const filter = load<u8>(row);
    const x = row + 1;
    if (filter > 4) return 1;
    if (filter == 1) subtracted(x, rowBytes, step);
    else if (filter == 2 && above != 0) raised(x, above, rowBytes);
    else if (filter == 3) averaged(x, above, rowBytes, step);
    else if (filter == 4) predicted(x, above, rowBytes, step);
    above = x;
    row = x + rowBytes;
  }
  return 0;
}

function subtracted(x: usize, bytes: u32, step: u32): void {
  for (let i = step; i < bytes; i++) store<u8>(x + i, load<u8>(x + i) + load<u8>(x + i - step));
}

function raised(x: usize, above: usize, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i++) store<u8>(x + i, load<u8>(x + i) + load<u8>(above + i));
}

function averaged(x: usize, above: usize, bytes: u32, step: u32): void {
  for (let i: u32 = 0; i < bytes; i++) {
    const left = i < step ? 0 : u32(load<u8>(x + i - step));
    const up = above == 0 ? 0 : u32(load<u8>(above + i));
    store<u8>(x + i, load<u8>(x + i) + u8(left + up >> 1));
  }
}

/** Paeth: of left, above and left above the one nearest to left + above − left above. */
function predicted(x: usize, above: usize, bytes: u32, step: u32): void {
  for (let i: u32 = 0; i < bytes; i++) {
    const left = i < step ? 0 : i32(load<u8>(x + i - step));
    const up = above == 0 ? 0 : i32(load<u8>(above + i));
    const corner = i < step || above == 0 ? 0 : i32(load<u8>(above + i - step));
    const toLeft = abs<i32>(up - corner), toUp = abs<i32>(left - corner), toCorner = abs<i32>(left + up - 2 * corner);
    const best = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    store<u8>(x + i, load<u8>(x + i) + u8(best));
  }
}

/** A row of `width` pixels as RGB, one every `outStep` bytes from outPtr on. Alpha goes; of 16 bits the upper 8 stay.
 *  color: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. palettePtr: 256 colours of 3 bytes. */
export function png_expand(
  rowPtr: usize, width: u32, color: u32, depth: u32, palettePtr: usize, outPtr: usize, outStep: u32,
): void {
  const channels: u32 = color == 2 ? 3 : color == 4 ? 2 : color == 6 ? 4 : 1;
  const sampleBytes: u32 = depth == 16 ? 2 : 1;
  const levels = depth < 8 ? 255 / ((<u32>1 << depth) - 1) : 1;
  let out = outPtr;
  for (let i: u32 = 0; i < width; i++, out += outStep) {
    if (color == 2 || color == 6) {
      const x = rowPtr + i * channels * sampleBytes;
      store<u8>(out, load<u8>(x));
      store<u8>(out, load<u8>(x + sampleBytes), 1);
      store<u8>(out, load<u8>(x + 2 * sampleBytes), 2);
      continue;
    }
    const sample = depth < 8 ? packed(rowPtr, i, depth) : u32(load<u8>(rowPtr + i * channels * sampleBytes));
    if (color == 3) memory.copy(out, palettePtr + usize(sample) * 3, 3);
    else {
      const level = u8(sample * levels);
      store<u8>(out, level);
      store<u8>(out, level, 1);
      store<u8>(out, level, 2);
    }
  }
}

/** Element i of those packed highest bits first. */
@inline
function packed(rowPtr: usize, i: u32, depth: u32): u32 {
  const bit = i * depth;
  return u32(load<u8>(rowPtr + (bit >> 3))) >> (8 - depth - (bit & 7)) & ((1 << depth) - 1);
}
