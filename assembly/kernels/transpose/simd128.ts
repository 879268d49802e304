// Matrix transpose, 128-bit SIMD: out[c · rows + r] = x[r · cols + c]. Bits are moved, so the type is a width.
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
// edge and overlaps its neighbour: the same bytes are written twice. Matrices smaller than a tile go element by element.
//
// Contract of all four: rows · cols elements are read and written, any alignment, the ranges do not overlap;
// scratchPtr has 16 KiB, best on a 64-byte boundary.

import { tile2x2u64, tile4x4u32, tile4x8u16, tile8x16u8 } from './tiles';

/** Bytes of an input row in a block: a cache line. */
const WIDTH_BYTES: usize = 64;
/** Bytes of an output row in a block. */
const HEIGHT_BYTES: usize = 256;

export function transpose_u8(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u8>(xPtr, outPtr, scratchPtr, rows, cols);
}

export function transpose_u16(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u16>(xPtr, outPtr, scratchPtr, rows, cols);
}

export function transpose_u32(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u32>(xPtr, outPtr, scratchPtr, rows, cols);
}

export function transpose_u64(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u64>(xPtr, outPtr, scratchPtr, rows, cols);
}

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

function transpose<T>(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  if (rows < tileRows<T>() || cols < tileCols<T>()) {
    elements<T>(xPtr, outPtr, rows, cols);
    return;
  }
  for (let top: usize = 0; top < rows; top += blockRows<T>()) {
    for (let left: usize = 0; left < cols; left += blockCols<T>()) {
      if (rows - top < blockRows<T>() || cols - left < blockCols<T>()) {
        edgeBlock<T>(xPtr, outPtr, rows, cols, top, left);
      } else {
        const blockPtr = xPtr + (top * cols + left) * sizeof<T>();
        const toPtr = outPtr + (left * rows + top) * sizeof<T>();
        wholeBlock<T>(blockPtr, toPtr, scratchPtr, rows * sizeof<T>(), cols * sizeof<T>());
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

function wholeBlock<T>(from: usize, to: usize, scratchPtr: usize, rowBytes: usize, colBytes: usize): void {
  for (let r: usize = 0; r < blockRows<T>(); r += tileRows<T>()) {
    for (let c: usize = 0; c < blockCols<T>(); c += tileCols<T>()) {
      tile<T>(from + c * sizeof<T>(), scratchPtr + c * HEIGHT_BYTES + r * sizeof<T>(), colBytes, HEIGHT_BYTES);
    }
    from += tileRows<T>() * colBytes;
  }
  for (let c: usize = 0; c < blockCols<T>(); c++) {
    for (let i: usize = 0; i < HEIGHT_BYTES; i += 64) {
      v128.store(to + i, v128.load(scratchPtr + i));
      v128.store(to + i, v128.load(scratchPtr + i, 16), 16);
      v128.store(to + i, v128.load(scratchPtr + i, 32), 32);
      v128.store(to + i, v128.load(scratchPtr + i, 48), 48);
    }
    scratchPtr += HEIGHT_BYTES;
    to += rowBytes;
  }
}

function edgeBlock<T>(xPtr: usize, outPtr: usize, rows: usize, cols: usize, top: usize, left: usize): void {
  const bottom = min(top + blockRows<T>(), rows);
  const right = min(left + blockCols<T>(), cols);
  for (let r = top; r < bottom; r += tileRows<T>()) {
    const row = min(r, rows - tileRows<T>());
    for (let c = left; c < right; c += tileCols<T>()) {
      const col = min(c, cols - tileCols<T>());
      const from = xPtr + (row * cols + col) * sizeof<T>();
      const to = outPtr + (col * rows + row) * sizeof<T>();
      tile<T>(from, to, cols * sizeof<T>(), rows * sizeof<T>());
    }
  }
}

function elements<T>(xPtr: usize, outPtr: usize, rows: usize, cols: usize): void {
  for (let c: usize = 0; c < cols; c++) {
    let from = xPtr + c * sizeof<T>();
    for (let r: usize = 0; r < rows; r++) {
      store<T>(outPtr, load<T>(from));
      outPtr += sizeof<T>();
      from += cols * sizeof<T>();
    }
  }
}
