// Bit packing. All layouts are one: code i takes the bits [i · bits, (i + 1) · bits) of a stream whose bit n is bit
// (n mod 8) of byte floor(n / 8), and the last byte is filled with zero bits. Only the low `bits` bits of a code are
// used, so signed codes pack as two's complement.

import type { Engine } from '../engine.js';
import { requireInteger, requireLength } from './arguments.js';
import { forEachTile, runKernel, TILE_ELEMENTS } from './tiles.js';

/** Bytes that `count` codes of `bits` bits take: ceil(count · bits / 8). */
export function packedBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** Packs to 4 or 2 bits, low bits first: ONNX int4, uint4, int2 and uint2 tensors.
 *  @param out - packedBytes(codes.length, bits) long
 *  @throws OctavoError `INVALID_ARGUMENT` for another length or bits; `MEMORY_LIMIT`.
 *  @example
 *  ```ts
 *  packNibbles(engine, new Int8Array([1, -1, 7]), out, 4); // 0xf1, 0x07
 *  ``` */
export function packNibbles(
  engine: Engine,
  codes: Int8Array | Uint8Array,
  out: Uint8Array,
  bits: 4 | 2,
): void {
  requireNibbleBits(bits);
  requireLength(out, packedBytes(codes.length, bits), 'out');
  const kernel = engine.simd[`pack_u8_u${bits}`]!;
  forEachCodeTile(codes, out, bits, (tile, packed) => {
    runKernel(engine.arena, tile, packed, (codesPtr, outPtr) => kernel(codesPtr, outPtr, tile.length));
  });
}

/** The inverse of {@link packNibbles}: an Int8Array gets signed codes, a Uint8Array unsigned ones.
 *  @param packed - packedBytes(out.length, bits) long
 *  @throws OctavoError `INVALID_ARGUMENT` for another length or bits; `MEMORY_LIMIT`. */
export function unpackNibbles(
  engine: Engine,
  packed: Uint8Array,
  out: Int8Array | Uint8Array,
  bits: 4 | 2,
): void {
  requireNibbleBits(bits);
  requireLength(packed, packedBytes(out.length, bits), 'packed');
  const kernel = engine.simd[out instanceof Int8Array ? `unpack_i${bits}_i8` : `unpack_u${bits}_u8`]!;
  forEachCodeTile(out, packed, bits, (tile, bytes) => {
    runKernel(engine.arena, bytes, tile, (packedPtr, outPtr) => kernel(packedPtr, outPtr, tile.length));
  });
}

/** Packs unsigned codes of any width to one stream. MindSpore stores signed weights so, 2^(bits−1) added; its units
 *  are 16 bits for widths of 9 to 15, which is this stream with a zero byte after an odd number of bytes.
 *  @param codes - Uint8Array for bits 1..8, Uint16Array for bits 1..16
 *  @param out - packedBytes(codes.length, bits) long
 *  @throws OctavoError `INVALID_ARGUMENT` for another length or bits; `MEMORY_LIMIT`. */
export function packBits(
  engine: Engine,
  codes: Uint8Array | Uint16Array,
  out: Uint8Array,
  bits: number,
): void {
  requireInteger(bits, 1, codes.BYTES_PER_ELEMENT * 8, 'bits');
  requireLength(out, packedBytes(codes.length, bits), 'out');
  const kernel = engine.simd[codes instanceof Uint16Array ? 'pack_bits_u16' : 'pack_bits_u8']!;
  forEachCodeTile(codes, out, bits, (tile, packed) => {
    runKernel(engine.arena, tile, packed, (codesPtr, outPtr) => kernel(codesPtr, outPtr, tile.length, bits));
  });
}

/** The inverse of {@link packBits}.
 *  @param packed - packedBytes(out.length, bits) long
 *  @throws OctavoError `INVALID_ARGUMENT` for another length or bits; `MEMORY_LIMIT`. */
export function unpackBits(
  engine: Engine,
  packed: Uint8Array,
  out: Uint8Array | Uint16Array,
  bits: number,
): void {
  requireInteger(bits, 1, out.BYTES_PER_ELEMENT * 8, 'bits');
  requireLength(packed, packedBytes(out.length, bits), 'packed');
  const kernel = engine.simd[out instanceof Uint16Array ? 'unpack_bits_u16' : 'unpack_bits_u8']!;
  forEachCodeTile(out, packed, bits, (tile, bytes) => {
    runKernel(engine.arena, bytes, tile, (packedPtr, outPtr) => kernel(packedPtr, outPtr, tile.length, bits));
  });
}

/** How {@link packBlocks} lays out a matrix of codes [rows, depth]. */
export interface BlockLayout {
  readonly rows: number;
  /** Codes in a row. */
  readonly depth: number;
  /** Each row is padded to a whole number of blocks; block · bits must be a multiple of 8. */
  readonly block: number;
  readonly bits: 2 | 4 | 8;
  /** The code that padding holds; default 0. */
  readonly pad?: number;
}

/** Bytes that {@link packBlocks} makes: rows · ceil(depth / block) · block · bits / 8. */
export function packedBlockBytes(layout: BlockLayout): number {
  return layout.rows * packedBytes(paddedDepth(layout), layout.bits);
}

/** Packs rows of codes, each padded to whole blocks: `B` of com.microsoft::MatMulNBits is [N, ceil(K / block),
 *  block · bits / 8] with rows = N, depth = K. Its zero points, [N, ceil(blocks · bits / 8)], are the same with depth =
 *  blocks per row and block = 8 / bits.
 *  @param codes - [rows, depth], unsigned
 *  @param out - packedBlockBytes(layout) long
 *  @throws OctavoError `INVALID_ARGUMENT` for another length or an impossible layout; `MEMORY_LIMIT`. */
export function packBlocks(engine: Engine, codes: Uint8Array, out: Uint8Array, layout: BlockLayout): void {
  requireBlockLayout(layout);
  const { rows, depth, bits, pad = 0 } = layout;
  requireInteger(pad, 0, 2 ** bits - 1, 'pad');
  requireLength(codes, rows * depth, 'codes');
  requireLength(out, packedBlockBytes(layout), 'out');
  const padded = paddedDepth(layout);
  const rowBytes = packedBytes(padded, bits);
  forEachRowTile(layout, (from, to) => {
    const rowsIn = codes.subarray(from * depth, to * depth);
    const rowsOut = out.subarray(from * rowBytes, to * rowBytes);
    runKernel(engine.arena, rowsIn, rowsOut, (codesPtr, outPtr) =>
      engine.simd.pack_rows_u8!(codesPtr, outPtr, to - from, depth, padded, bits, pad),
    );
  });
}

/** The inverse of {@link packBlocks}: the padding is dropped.
 *  @param packed - packedBlockBytes(layout) long
 *  @param out - [rows, depth]
 *  @throws OctavoError `INVALID_ARGUMENT` for another length or an impossible layout; `MEMORY_LIMIT`. */
export function unpackBlocks(engine: Engine, packed: Uint8Array, out: Uint8Array, layout: BlockLayout): void {
  requireBlockLayout(layout);
  const { rows, depth, bits } = layout;
  requireLength(packed, packedBlockBytes(layout), 'packed');
  requireLength(out, rows * depth, 'out');
  const padded = paddedDepth(layout);
  const rowBytes = packedBytes(padded, bits);
  forEachRowTile(layout, (from, to) => {
    const rowsIn = packed.subarray(from * rowBytes, to * rowBytes);
    const rowsOut = out.subarray(from * depth, to * depth);
    runKernel(engine.arena, rowsIn, rowsOut, (packedPtr, outPtr) =>
      engine.simd.unpack_rows_u8!(packedPtr, outPtr, to - from, depth, padded, bits),
    );
  });
}

function paddedDepth({ depth, block }: BlockLayout): number {
  return Math.ceil(depth / block) * block;
}

function requireNibbleBits(bits: number): void {
  if (bits !== 4) requireInteger(bits, 2, 2, 'bits');
}

function requireBlockLayout({ rows, depth, block, bits }: BlockLayout): void {
  requireInteger(rows, 0, 2 ** 32 - 1, 'rows');
  requireInteger(depth, 0, 2 ** 32 - 1, 'depth');
  requireInteger(block, 1, 2 ** 16, 'block');
  if (bits !== 8) requireNibbleBits(bits);
  requireInteger((block * bits) / 8, 1, 2 ** 16, 'block · bits / 8');
}

/** Calls `body` with tiles of codes and the bytes of the stream that belong to them. Tiles are multiples of eight codes,
 *  so each begins on a byte. */
function forEachCodeTile<T extends Int8Array | Uint8Array | Uint16Array>(
  codes: T,
  packed: Uint8Array,
  bits: number,
  body: (codes: T, packed: Uint8Array) => void,
): void {
  forEachTile(0, codes.length, (from, to) => {
    body(codes.subarray(from, to) as T, packed.subarray(packedBytes(from, bits), packedBytes(to, bits)));
  });
}

/** Calls `body` with as many rows at a time as make about a tile, at least one. */
function forEachRowTile({ rows, depth }: BlockLayout, body: (from: number, to: number) => void): void {
  const step = Math.max(1, Math.floor(TILE_ELEMENTS / Math.max(1, depth)));
  for (let from = 0; from < rows; from += step) body(from, Math.min(rows, from + step));
}
