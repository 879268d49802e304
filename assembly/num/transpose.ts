// Matrix transpose, 128-bit SIMD, of rows and columns that lie at any distance: out[c][r] = x[r][c]. Bits are moved, so
// the type is a width.
//
// Blocks are 64 bytes of input wide and 256 bytes of output high. A whole block is transposed tile by tile into scratch
// memory and copied out from there line by line: written straight to the output, its 64-byte pieces would lie `rows`
// elements apart, and for a power of two all fall into one set of the cache.
//
//   x, rows × cols              scratch            out, cols × rows
//   ┌────────┬────────┬──       ┌────────────┐     ┌────────────┬────
//   │ block  │        │    ->   │ block      │ ->  │ block      │
//   │        │        │         │ transposed │     │ transposed │
//   ├────────┼────────┼──       └────────────┘     ├────────────┼────
//
// Blocks cut off by an edge go tile by tile to the output. Where the edge also cuts a tile, the last tile ends at the
// edge and overlaps its neighbour: the same bytes are written twice. Matrices narrower than a tile (three channels of
// an image) go element by element along their long side, in strips that stay in the cache.
//
// Contract: rows · cols elements are read and written, any alignment, the ranges do not overlap; scratchPtr has 16 KiB,
// best on a 64-byte boundary.

import { tile2x2u64, tile4x4u32, tile4x8u16, tile8x16u8 } from './tiles';

/** Bytes of an input row in a block: a cache line. */
const WIDTH_BYTES: usize = 64;
/** Bytes of an output row in a block. */
const HEIGHT_BYTES: usize = 256;
/** Elements of the long side of a narrow matrix that are moved before the next row or column is begun. */
const STRIP: usize = 512;

@inline
function tileRows<T>(): usize {
  return sizeof<T>() == 1 ? 8 : sizeof<T>() == 8 ? 2 : 4;
}

@inline
function tileCols<T>(): usize {
  return 16 / sizeof<T>();
}

@inline
function blockRows<T>(): usize {
  return HEIGHT_BYTES / sizeof<T>();
}

@inline
function blockCols<T>(): usize {
  return WIDTH_BYTES / sizeof<T>();
}

/** xBytes and outBytes are the distances of rows of x, and of rows of the output. */
export function transposeMatrix<T>(
  xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize, xBytes: usize, outBytes: usize,
): void {
  if (rows < tileRows<T>() || cols < tileCols<T>()) {
    if (rows < cols) narrow<T>(xPtr, outPtr, rows, cols, xBytes, sizeof<T>(), sizeof<T>(), outBytes);
    else narrow<T>(xPtr, outPtr, cols, rows, sizeof<T>(), outBytes, xBytes, sizeof<T>());
    return;
  }
  for (let top: usize = 0; top < rows; top += blockRows<T>()) {
    for (let left: usize = 0; left < cols; left += blockCols<T>()) {
      if (rows - top < blockRows<T>() || cols - left < blockCols<T>()) {
        edgeBlock<T>(xPtr, outPtr, rows, cols, xBytes, outBytes, top, left);
      } else {
        const blockPtr = xPtr + top * xBytes + left * sizeof<T>();
        const toPtr = outPtr + left * outBytes + top * sizeof<T>();
        wholeBlock<T>(blockPtr, toPtr, scratchPtr, outBytes, xBytes);
      }
    }
  }
}

@inline
function tile<T>(from: usize, to: usize, fromStrideBytes: usize, toStrideBytes: usize): void {
  if (sizeof<T>() == 1) tile8x16u8(from, to, fromStrideBytes, toStrideBytes);
  else if (sizeof<T>() == 2) tile4x8u16(from, to, fromStrideBytes, toStrideBytes);
  else if (sizeof<T>() == 4) tile4x4u32(from, to, fromStrideBytes, toStrideBytes);
  else tile2x2u64(from, to, fromStrideBytes, toStrideBytes);
}

function wholeBlock<T>(from: usize, to: usize, scratchPtr: usize, outBytes: usize, xBytes: usize): void {
  for (let r: usize = 0; r < blockRows<T>(); r += tileRows<T>()) {
    for (let c: usize = 0; c < blockCols<T>(); c += tileCols<T>()) {
      tile<T>(from + c * sizeof<T>(), scratchPtr + c * HEIGHT_BYTES + r * sizeof<T>(), xBytes, HEIGHT_BYTES);
    }
    from += tileRows<T>() * xBytes;
  }
  for (let c: usize = 0; c < blockCols<T>(); c++) {
    for (let i: usize = 0; i < HEIGHT_BYTES; i += 64) {
      v128.store(to + i, v128.load(scratchPtr + i));
      v128.store(to + i, v128.load(scratchPtr + i, 16), 16);
      v128.store(to + i, v128.load(scratchPtr + i, 32), 32);
      v128.store(to + i, v128.load(scratchPtr + i, 48), 48);
    }
    scratchPtr += HEIGHT_BYTES;
    to += outBytes;
  }
}

function edgeBlock<T>(
  xPtr: usize, outPtr: usize, rows: usize, cols: usize, xBytes: usize, outBytes: usize, top: usize, left: usize,
): void {
  const bottom = min(top + blockRows<T>(), rows);
  const right = min(left + blockCols<T>(), cols);
  for (let r = top; r < bottom; r += tileRows<T>()) {
    const row = min(r, rows - tileRows<T>());
    for (let c = left; c < right; c += tileCols<T>()) {
      const col = min(c, cols - tileCols<T>());
      tile<T>(xPtr + row * xBytes + col * sizeof<T>(), outPtr + col * outBytes + row * sizeof<T>(), xBytes, outBytes);
    }
  }
}

/** few · many elements; xFew and outFew are the distances along the short side, xMany and outMany along the long. */
function narrow<T>(
  xPtr: usize, outPtr: usize, few: usize, many: usize, xFew: usize, outFew: usize, xMany: usize, outMany: usize,
): void {
  for (let start: usize = 0; start < many; start += STRIP) {
    const count = min(STRIP, many - start);
    for (let f: usize = 0; f < few; f++) {
      let from = xPtr + start * xMany + f * xFew;
      let to = outPtr + start * outMany + f * outFew;
      for (let i: usize = 0; i < count; i++) {
        store<T>(to, load<T>(from));
        from += xMany;
        to += outMany;
      }
    }
  }
}
