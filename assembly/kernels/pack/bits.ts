// Streams of 1..16-bit codes, 128-bit SIMD. Eight codes make exactly `bits` bytes, so groups of eight start on bytes.
//
// Packing moves neighbours together in lanes of growing width, by multiply-add where a lane holds two codes:
//
//   8-bit lanes   [b][a] -> 16-bit lane with b·a in its low 2·bits -> 32-bit lane, 4·bits -> 64-bit lane, 8·bits
//   16-bit lanes  [b][a] -> 32-bit lane with 2·bits -> 64-bit lane with 4·bits; two of those are joined as integers
//
// Unpacking moves them apart again with shifts; each stage masks off what is not its own.
//
// A group is moved as whole 64-bit words of which the next group overwrites the surplus, so the loop ends one group
// early where that surplus would pass the end of the stream; leaves finish.
//
// Contract: len codes, ceil(len · bits / 8) packed bytes, any alignment, the ranges do not overlap. Only the low bits
// of a code are used; the last byte is filled with zero bits.

import { lowMask, putCode, streamBytes, takeCode } from '../../num/bits';

/** A mask of the lowest `count` bits, count 1..64. */
@inline
function lowMask64(count: u32): u64 {
  return <u64>-1 >> (64 - count);
}

/** How many groups of eight codes can be moved in words of `wordBytes` that stay within the stream. */
@inline
function wholeGroups(len: usize, bits: u32, wordBytes: usize): usize {
  const bytes = streamBytes(len, bits);
  return bytes < wordBytes ? 0 : min(len >> 3, (bytes - wordBytes) / bits + 1);
}

/** bits 1..8 */
export function pack_bits_u8(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  if (bits == 8) {
    memory.copy(outPtr, codesPtr, len);
    return;
  }
  const mask = i8x16.splat(<i8>lowMask(bits));
  // A 16-bit lane holds a + 256·b; taking (256 − 2^bits)·b off leaves a + 2^bits·b.
  const surplus = i16x8.splat(<i16>(255 - lowMask(bits)));
  const pairWeights = i32x4.splat(1 | (1 << <i32>(16 + 2 * bits)));
  const low64 = i64x2.splat(lowMask64(4 * bits));
  const high64 = i64x2.splat(lowMask64(4 * bits) << (4 * bits));
  const groups = wholeGroups(len, bits, 8) & ~1;
  const end = codesPtr + (groups << 3);
  let at = codesPtr;
  let to = outPtr;
  while (at < end) {
    const x = v128.and(v128.load(at), mask);
    const w = i16x8.sub(x, i16x8.mul(i16x8.shr_u(x, 8), surplus));
    const d = i32x4.dot_i16x8_s(w, pairWeights);
    const q = v128.or(v128.and(d, low64), v128.and(i64x2.shr_u(d, 32 - 4 * bits), high64));
    v128.store_lane<u64>(to, q, 0);
    v128.store_lane<u64>(to + bits, q, 1);
    at += 16;
    to += 2 * bits;
  }
  packTail<u8>(at, to, len - (groups << 3), bits);
}

/** bits 1..16 */
export function pack_bits_u16(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  if (bits == 16) {
    memory.copy(outPtr, codesPtr, len << 1);
    return;
  }
  const mask = i16x8.splat(<i16>lowMask(bits));
  // Negative, because −2^15 is a 16-bit number and 2^15 is not.
  const pairWeights = i32x4.splat(0xffff | (-1 << <i32>(16 + bits)));
  const zero = i32x4.splat(0);
  const low64 = i64x2.splat(lowMask64(2 * bits));
  const high64 = i64x2.splat(lowMask64(2 * bits) << (2 * bits));
  const halfBits: u64 = 4 * bits;
  const groups = wholeGroups(len, bits, 16);
  const end = codesPtr + (groups << 4);
  let at = codesPtr;
  let to = outPtr;
  while (at < end) {
    const d = i32x4.sub(zero, i32x4.dot_i16x8_s(v128.and(v128.load(at), mask), pairWeights));
    const q = v128.or(v128.and(d, low64), v128.and(i64x2.shr_u(d, 32 - 2 * bits), high64));
    const first = <u64>i64x2.extract_lane(q, 0);
    const second = <u64>i64x2.extract_lane(q, 1);
    store<u64>(to, first | (second << halfBits));
    // For bits <= 8 this is surplus, which the next group overwrites.
    store<u64>(to, second >> (64 - halfBits), 8);
    at += 16;
    to += bits;
  }
  packTail<u16>(at, to, len - (groups << 3), bits);
}

/** bits 1..8 */
export function unpack_bits_u8(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  if (bits == 8) {
    memory.copy(outPtr, packedPtr, len);
    return;
  }
  const low64 = i64x2.splat(lowMask64(4 * bits));
  const high64 = i64x2.splat(lowMask64(4 * bits) << 32);
  const low32 = i32x4.splat(lowMask(2 * bits));
  const high32 = i32x4.splat(lowMask(2 * bits) << 16);
  const low16 = i16x8.splat(<i16>lowMask(bits));
  const high16 = i16x8.splat(<i16>(lowMask(bits) << 8));
  const groups = wholeGroups(len, bits, 8) & ~1;
  const end = outPtr + (groups << 3);
  let at = packedPtr;
  let to = outPtr;
  while (to < end) {
    const q = v128.load_lane<u64>(at + bits, v128.load_zero<u64>(at), 1);
    const d = v128.or(v128.and(q, low64), v128.and(i64x2.shl(q, 32 - 4 * bits), high64));
    const w = v128.or(v128.and(d, low32), v128.and(i32x4.shl(d, 16 - 2 * bits), high32));
    const b = v128.or(v128.and(w, low16), v128.and(i16x8.shl(w, 8 - bits), high16));
    v128.store(to, b);
    at += 2 * bits;
    to += 16;
  }
  unpackTail<u8>(at, to, len - (groups << 3), bits);
}

/** bits 1..16 */
export function unpack_bits_u16(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  if (bits == 16) {
    memory.copy(outPtr, packedPtr, len << 1);
    return;
  }
  const low64 = i64x2.splat(lowMask64(2 * bits));
  const high64 = i64x2.splat(lowMask64(2 * bits) << 32);
  const low32 = i32x4.splat(lowMask(bits));
  const high32 = i32x4.splat(lowMask(bits) << 16);
  const halfBits: u64 = 4 * bits;
  const groups = wholeGroups(len, bits, 16);
  const end = outPtr + (groups << 4);
  let at = packedPtr;
  let to = outPtr;
  while (to < end) {
    // The surplus above the low 4 · bits of each half is masked off below.
    const first = load<u64>(at);
    const second = (first >> halfBits) | (load<u64>(at, 8) << (64 - halfBits));
    const q = i64x2.replace_lane(i64x2.splat(first), 1, second);
    const d = v128.or(v128.and(q, low64), v128.and(i64x2.shl(q, 32 - 2 * bits), high64));
    v128.store(to, v128.or(v128.and(d, low32), v128.and(i32x4.shl(d, 16 - bits), high32)));
    at += bits;
    to += 16;
  }
  unpackTail<u16>(at, to, len - (groups << 3), bits);
}

function packTail<T>(codesPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  memory.fill(outPtr, 0, streamBytes(len, bits));
  for (let i: usize = 0; i < len; i++) putCode(outPtr, i, bits, <u32>load<T>(codesPtr + i * sizeof<T>()));
}

function unpackTail<T>(packedPtr: usize, outPtr: usize, len: usize, bits: u32): void {
  for (let i: usize = 0; i < len; i++) store<T>(outPtr + i * sizeof<T>(), <T>takeCode(packedPtr, i, bits));
}
