// Matrix transpose, 128-bit SIMD, of rows and columns that lie at any distance: out[c][r] = x[r][c]. Bits are moved, so
// the type is a width.
//
// Blocks are 64 bytes of input wide and 256 bytes of output high. A block of full height is transposed tile by tile into
// scratch memory and copied out from there line by line: written straight to the output, its 64-byte pieces would lie `rows`
// elements apart, and for a power of two all fall into one set of the cache.
//
//   x, rows × cols              scratch            out, cols × rows
//   ┌────────┬────────┬──       ┌────────────┐     ┌────────────┬────
//   │ block  │        │    ->   │ block      │ ->  │ block      │
//   │        │        │         │ transposed │     │ transposed │
//   ├────────┼────────┼──       └────────────┘     ├────────────┼────
//
// Blocks cut off at the bottom go tile by tile to the output. Where an edge cuts a tile, the last tile ends at the edge
// and overlaps its neighbour: the same bytes are written twice. Matrices narrower than a tile go element by element along
// their long side, in strips that stay in the cache; two or three dense rows or columns by interleaving.
//
// Contract: rows · cols elements are read and written, any alignment, the ranges do not overlap; scratchPtr has 16 KiB,
// best on a 64-byte boundary.

import { tile2x2u64, tile4x4u32, tile4x8u16, tile8x16u8 } from './tiles';
import { canInterleave, deinterleave2, deinterleave3, interleave2, interleave3 } from './interleave';

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
    if (rows < cols) low<T>(xPtr, outPtr, rows, cols, xBytes, outBytes);
    else slim<T>(xPtr, outPtr, rows, cols, xBytes, outBytes);
    return;
  }
  for (let top: usize = 0; top < rows; top += blockRows<T>()) {
    for (let left: usize = 0; left < cols; left += blockCols<T>()) {
      const width = min(blockCols<T>(), cols - left);
      if (rows - top < blockRows<T>() || width < tileCols<T>()) {
        edgeBlock<T>(xPtr, outPtr, rows, cols, xBytes, outBytes, top, left);
      } else {
        const blockPtr = xPtr + top * xBytes + left * sizeof<T>();
        const toPtr = outPtr + left * outBytes + top * sizeof<T>();
        highBlock<T>(blockPtr, toPtr, scratchPtr, width, outBytes, xBytes);
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

function highBlock<T>(
  from: usize, to: usize, scratchPtr: usize, width: usize, outBytes: usize, xBytes: usize,
): void {
  const last = width - tileCols<T>();
  for (let r: usize = 0; r < blockRows<T>(); r += tileRows<T>()) {
    for (let c: usize = 0; c < width; c += tileCols<T>()) {
      const col = min(c, last);
      tile<T>(from + col * sizeof<T>(), scratchPtr + col * HEIGHT_BYTES + r * sizeof<T>(), xBytes, HEIGHT_BYTES);
    }
    from += tileRows<T>() * xBytes;
  }
  for (let c: usize = 0; c < width; c++) {
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

/** Few rows. */
function low<T>(x: usize, out: usize, rows: usize, cols: usize, xBytes: usize, outBytes: usize): void {
  let done: usize = 0;
  if (canInterleave<T>(rows) && outBytes == rows * sizeof<T>()) {
    done = rows == 2 ? interleave2<T>(x, out, cols, xBytes) : interleave3<T>(x, out, cols, xBytes);
  }
  x += done * sizeof<T>();
  narrow<T>(x, out + done * outBytes, rows, cols - done, xBytes, sizeof<T>(), sizeof<T>(), outBytes);
}

/** Few columns. */
function slim<T>(x: usize, out: usize, rows: usize, cols: usize, xBytes: usize, outBytes: usize): void {
  let done: usize = 0;
  if (canInterleave<T>(cols) && xBytes == cols * sizeof<T>()) {
    done = cols == 2 ? deinterleave2<T>(x, out, rows, outBytes) : deinterleave3<T>(x, out, rows, outBytes);
  }
  narrow<T>(x + done * xBytes, out + done * sizeof<T>(), cols, rows - done, sizeof<T>(), outBytes, xBytes, sizeof<T>());
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
      let i: usize = 0;
      for (; i + 4 <= count; i += 4) {
        store<T>(to, load<T>(from));
        store<T>((to += outMany), load<T>((from += xMany)));
        store<T>((to += outMany), load<T>((from += xMany)));
        store<T>((to += outMany), load<T>((from += xMany)));
        from += xMany;
        to += outMany;
      }
      for (; i < count; i++) {
        store<T>(to, load<T>(from));
        from += xMany;
        to += outMany;
      }
    }
  }
}
