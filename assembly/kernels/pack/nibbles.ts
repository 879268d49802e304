// Packing to 4 and 2 bits, 128-bit SIMD: neighbours are moved together inside 16-bit lanes, then the lanes narrowed.
//
//   codes   a  b  c  d …   bytes, of which the low bits count
//   16 bit  [b:a] [d:c]    -> (lane | lane >> 4) keeps b a in its low byte
//   packed  ba dc …
//
// Two bits are packed as four-bit codes that hold two codes each: the same step twice.
//
// Contract: len codes, ceil(len · bits / 8) packed bytes, any alignment, the ranges do not overlap. Only the low bits
// of a code are used; the last byte is filled with zero bits. See bits.ts for other widths.

import { lowMask, takeCode } from '../../num/bits';

const C: usize = memory.data<u32>([
  0x0f0f0f0f, // 0: low nibbles
  0x00ff00ff, // 4: low bytes
  0x03030303, // 8: low two bits
  0x000f000f, // 12: low nibble of each 16-bit lane
  0x08080808, // 16: sign bit of a nibble
  0x02020202, // 20: sign bit of two bits
]);

@inline
function constant(offset: usize): v128 {
  return v128.load_splat<u32>(C + offset);
}

/** Packs codes to nibbles, low nibble first. */
export function pack_u8_u4(codesPtr: usize, outPtr: usize, len: usize): void {
  const nibble = constant(0);
  const byte = constant(4);
  const end = codesPtr + (len & ~31);
  while (codesPtr < end) {
    const low = nibblesInWords(v128.and(v128.load(codesPtr), nibble), byte);
    const high = nibblesInWords(v128.and(v128.load(codesPtr, 16), nibble), byte);
    v128.store(outPtr, i8x16.narrow_i16x8_u(low, high));
    codesPtr += 32;
    outPtr += 16;
  }
  let rest = len & 31;
  for (; rest >= 8; rest -= 8) {
    const words = nibblesInWords(v128.and(v128.load_zero<u64>(codesPtr), nibble), byte);
    v128.store_lane<u32>(outPtr, i8x16.narrow_i16x8_u(words, words), 0);
    codesPtr += 8;
    outPtr += 4;
  }
  packTail(codesPtr, outPtr, rest, 4);
}

/** Packs codes to two bits, low bits first. */
export function pack_u8_u2(codesPtr: usize, outPtr: usize, len: usize): void {
  const byte = constant(4);
  const two = constant(8);
  const nibble = constant(12);
  const end = codesPtr + (len & ~63);
  while (codesPtr < end) {
    const a = pairsInWords(v128.and(v128.load(codesPtr), two), nibble);
    const b = pairsInWords(v128.and(v128.load(codesPtr, 16), two), nibble);
    const c = pairsInWords(v128.and(v128.load(codesPtr, 32), two), nibble);
    const d = pairsInWords(v128.and(v128.load(codesPtr, 48), two), nibble);
    const low = nibblesInWords(i8x16.narrow_i16x8_u(a, b), byte);
    const high = nibblesInWords(i8x16.narrow_i16x8_u(c, d), byte);
    v128.store(outPtr, i8x16.narrow_i16x8_u(low, high));
    codesPtr += 64;
    outPtr += 16;
  }
  let rest = len & 63;
  for (; rest >= 16; rest -= 16) {
    const pairs = pairsInWords(v128.and(v128.load(codesPtr), two), nibble);
    const words = nibblesInWords(i8x16.narrow_i16x8_u(pairs, pairs), byte);
    v128.store_lane<u32>(outPtr, i8x16.narrow_i16x8_u(words, words), 0);
    codesPtr += 16;
    outPtr += 4;
  }
  packTail(codesPtr, outPtr, rest, 2);
}

/** Two nibbles in the bytes of each 16-bit lane -> one byte in its low half. */
@inline
function nibblesInWords(x: v128, byte: v128): v128 {
  return v128.and(v128.or(x, i16x8.shr_u(x, 4)), byte);
}

/** Two 2-bit codes in the bytes of each 16-bit lane -> one nibble in its low half. */
@inline
function pairsInWords(x: v128, nibble: v128): v128 {
  return v128.and(v128.or(x, i16x8.shr_u(x, 6)), nibble);
}

/** Unpacks nibbles to 0..15. */
export function unpack_u4_u8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpack4(packedPtr, outPtr, len, i8x16.splat(0), 0);
}

/** Unpacks nibbles to −8..7. */
export function unpack_i4_i8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpack4(packedPtr, outPtr, len, constant(16), 8);
}

/** Unpacks two bits to 0..3. */
export function unpack_u2_u8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpack2(packedPtr, outPtr, len, i8x16.splat(0), 0);
}

/** Unpacks two bits to −2..1. */
export function unpack_i2_i8(packedPtr: usize, outPtr: usize, len: usize): void {
  unpack2(packedPtr, outPtr, len, constant(20), 2);
}

/** (code ^ sign) − sign extends the sign; a sign of zero leaves the code as it is. */
@inline
function extendSign(x: v128, sign: v128): v128 {
  return i8x16.sub(v128.xor(x, sign), sign);
}

function unpack4(packedPtr: usize, outPtr: usize, len: usize, sign: v128, signBit: u32): void {
  const nibble = constant(0);
  const end = outPtr + (len & ~31);
  while (outPtr < end) {
    const x = v128.load(packedPtr);
    const even = extendSign(v128.and(x, nibble), sign);
    const odd = extendSign(v128.and(i16x8.shr_u(x, 4), nibble), sign);
    v128.store(outPtr, interleaveLow(even, odd));
    v128.store(outPtr, interleaveHigh(even, odd), 16);
    packedPtr += 16;
    outPtr += 32;
  }
  let rest = len & 31;
  for (; rest >= 8; rest -= 8) {
    const x = v128.load_zero<u32>(packedPtr);
    const even = extendSign(v128.and(x, nibble), sign);
    const odd = extendSign(v128.and(i16x8.shr_u(x, 4), nibble), sign);
    v128.store_lane<u64>(outPtr, interleaveLow(even, odd), 0);
    packedPtr += 4;
    outPtr += 8;
  }
  unpackTail(packedPtr, outPtr, rest, 4, signBit);
}

function unpack2(packedPtr: usize, outPtr: usize, len: usize, sign: v128, signBit: u32): void {
  const two = constant(8);
  const end = outPtr + (len & ~63);
  while (outPtr < end) {
    const x = v128.load(packedPtr);
    const first = extendSign(v128.and(x, two), sign);
    const second = extendSign(v128.and(i16x8.shr_u(x, 2), two), sign);
    const third = extendSign(v128.and(i16x8.shr_u(x, 4), two), sign);
    const fourth = extendSign(v128.and(i16x8.shr_u(x, 6), two), sign);
    storeQuads(outPtr, interleaveLow(first, second), interleaveLow(third, fourth));
    storeQuads(outPtr + 32, interleaveHigh(first, second), interleaveHigh(third, fourth));
    packedPtr += 16;
    outPtr += 64;
  }
  unpackTail(packedPtr, outPtr, len & 63, 2, signBit);
}

/** Interleaves pairs of bytes: a0 a1 b0 b1 a2 a3 b2 b3 … */
@inline
function storeQuads(outPtr: usize, a: v128, b: v128): void {
  v128.store(outPtr, v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(outPtr, v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

@inline
function interleaveLow(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function interleaveHigh(a: v128, b: v128): v128 {
  return v128.shuffle<u8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Fewer codes than fill a vector: a byte at a time. */
function packTail(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  const mask = lowMask(bits);
  let filled: u32 = 0;
  let byte: u32 = 0;
  for (let i: usize = 0; i < len; i++) {
    byte |= (<u32>load<u8>(codesPtr + i) & mask) << filled;
    filled += bits;
    if (filled == 8) {
      store<u8>(outPtr++, <u8>byte);
      filled = byte = 0;
    }
  }
  if (filled != 0) store<u8>(outPtr, <u8>byte);
}

function unpackTail(packedPtr: usize, outPtr: usize, len: usize, bits: u32, signBit: u32): void {
  for (let i: usize = 0; i < len; i++) {
    store<u8>(outPtr + i, <u8>((takeCode(packedPtr, i, bits) ^ signBit) - signBit));
  }
}
