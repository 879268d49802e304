// Bit packing, scalar and normative. All layouts are one: code i takes the bits [i · bits, (i + 1) · bits) of a stream
// whose bit n is bit (n mod 8) of byte floor(n / 8); the last byte is filled with zero bits.

import { lowMask, putCode, streamBytes, takeCode } from '../num/bits';

export function pack_u8_u4(codesPtr: usize, outPtr: usize, len: usize): void {
  pack<u8>(codesPtr, outPtr, len, 4);
}

export function pack_u8_u2(codesPtr: usize, outPtr: usize, len: usize): void {
  pack<u8>(codesPtr, outPtr, len, 2);
}

export function unpack_u4_u8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpack<u8>(packedPtr, outPtr, len, 4);
}

export function unpack_u2_u8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpack<u8>(packedPtr, outPtr, len, 2);
}

export function unpack_i4_i8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpackSigned(packedPtr, outPtr, len, 4);
}

export function unpack_i2_i8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpackSigned(packedPtr, outPtr, len, 2);
}

/** bits 1..8 */
export function pack_bits_u8(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  pack<u8>(codesPtr, outPtr, len, bits);
}

/** bits 1..16 */
export function pack_bits_u16(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  pack<u16>(codesPtr, outPtr, len, bits);
}

/** bits 1..8 */
export function unpack_bits_u8(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  unpack<u8>(packedPtr, outPtr, len, bits);
}

/** bits 1..16 */
export function unpack_bits_u16(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  unpack<u16>(packedPtr, outPtr, len, bits);
}

/** Packs `rows` streams of `depth` codes, each filled with `pad` codes to `paddedDepth`; bits 2, 4 or 8, and
 *  paddedDepth · bits a multiple of 8, so that every row starts on a byte. */
export function pack_rows_u8(
  codesPtr: usize,
  outPtr: usize,
  rows: usize,
  depth: usize,
  paddedDepth: usize,
  bits: u32,
  pad: u32,
): void {
  const rowBytes = streamBytes(paddedDepth, bits);
  for (let r: usize = 0; r < rows; r++) {
    const rowPtr = outPtr + r * rowBytes;
    memory.fill(rowPtr, 0, rowBytes);
    for (let k: usize = 0; k < paddedDepth; k++) {
      putCode(rowPtr, k, bits, k < depth ? <u32>load<u8>(codesPtr + r * depth + k) : pad);
    }
  }
}

/** The inverse of pack_rows_u8: the padding is dropped. */
export function unpack_rows_u8(
  packedPtr: usize,
  outPtr: usize,
  rows: usize,
  depth: usize,
  paddedDepth: usize,
  bits: u32,
): void {
  const rowBytes = streamBytes(paddedDepth, bits);
  for (let r: usize = 0; r < rows; r++) {
    for (let k: usize = 0; k < depth; k++) {
      store<u8>(outPtr + r * depth + k, <u8>takeCode(packedPtr + r * rowBytes, k, bits));
    }
  }
}

function pack<T>(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  memory.fill(outPtr, 0, streamBytes(len, bits));
  for (let i: usize = 0; i < len; i++) putCode(outPtr, i, bits, <u32>load<T>(codesPtr + i * sizeof<T>()));
}

function unpack<T>(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  for (let i: usize = 0; i < len; i++) store<T>(outPtr + i * sizeof<T>(), <T>takeCode(packedPtr, i, bits));
}

function unpackSigned(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  const signBit = (lowMask(bits) >> 1) + 1;
  for (let i: usize = 0; i < len; i++) {
    store<u8>(outPtr + i, <u8>((takeCode(packedPtr, i, bits) ^ signBit) - signBit));
  }
}
