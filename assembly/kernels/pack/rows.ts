// Rows of codes packed to 2, 4 or 8 bits, each padded and starting on a byte: the blob of MatMulNBits and its zero
// points. 128-bit SIMD through nibbles.ts.
//
//   depth = 5, block of 4 codes, paddedDepth = 8, 4 bits:   10 32 p4 pp | 10 32 p4 pp | …      (p = pad)
//
// Contract: rows · depth codes, rows · paddedDepth · bits / 8 packed bytes, paddedDepth >= depth and paddedDepth · bits a
// multiple of 8; any alignment, the ranges do not overlap. Only the low bits of a code and of the pad are used.

import { lowMask, putCode, streamBytes } from '../../num/bits';
import { pack_u8_u2, pack_u8_u4, unpack_u2_u8, unpack_u4_u8 } from './nibbles';

export function pack_rows_u8(
  codesPtr: usize,
  outPtr: usize,
  rows: usize,
  depth: usize,
  paddedDepth: usize,
  bits: u32,
  pad: u32,
): void {
  if (depth == paddedDepth) {
    packRow(codesPtr, outPtr, rows * depth, bits);
    return;
  }
  // The pad code repeated through a byte: 0x0303… for two bits is pad · 0b01010101.
  const padByte = (pad & lowMask(bits)) * (0xff / lowMask(bits));
  const rowBytes = streamBytes(paddedDepth, bits);
  const wholeBytes = streamBytes(depth, bits);
  for (let r: usize = 0; r < rows; r++) {
    packRow(codesPtr, outPtr, depth, bits);
    for (let k = depth; ((k * bits) & 7) != 0; k++) putCode(outPtr, k, bits, pad);
    if (wholeBytes < rowBytes) memory.fill(outPtr + wholeBytes, <u8>padByte, rowBytes - wholeBytes);
    codesPtr += depth;
    outPtr += rowBytes;
  }
}

export function unpack_rows_u8(
  packedPtr: usize,
  outPtr: usize,
  rows: usize,
  depth: usize,
  paddedDepth: usize,
  bits: u32,
): void {
  if (depth == paddedDepth) {
    unpackRow(packedPtr, outPtr, rows * depth, bits);
    return;
  }
  const rowBytes = streamBytes(paddedDepth, bits);
  for (let r: usize = 0; r < rows; r++) {
    unpackRow(packedPtr, outPtr, depth, bits);
    packedPtr += rowBytes;
    outPtr += depth;
  }
}

function packRow(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  if (bits == 4) pack_u8_u4(codesPtr, outPtr, len);
  else if (bits == 2) pack_u8_u2(codesPtr, outPtr, len);
  else memory.copy(outPtr, codesPtr, len);
}

function unpackRow(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  if (bits == 4) unpack_u4_u8(packedPtr, outPtr, len);
  else if (bits == 2) unpack_u2_u8(packedPtr, outPtr, len);
  else memory.copy(outPtr, packedPtr, len);
}
