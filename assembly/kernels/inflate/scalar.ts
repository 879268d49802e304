// Inflating a deflate stream (RFC 1951) into memory of known size, in pieces so that the host can stop between them. No
// SIMD: every bit depends on those before.

import { CODE_TABLE_BYTES, INFLATE_BYTES, Inflate } from '../../abi/inflate';
import { buildCodes, lookUpCode } from './codes';

/** Base length in the low 12 bits, extra bits above, for the symbols from 257 on. */
const LENGTHS = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 0x100b, 0x100d, 0x100f, 0x1011, 0x2013, 0x2017, 0x201b, 0x201f, 0x3023, 0x302b, 0x3033, 0x303b,
  0x4043, 0x4053, 0x4063, 0x4073, 0x5083, 0x50a3, 0x50c3, 0x50e3, 258,
]);

/** The order in which lengths of the code of code lengths come. */
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Lengths of the codes being read. */
const SIZES = memory.data(320);

const GOES_ON = 0;
/** Behind the last block, or the room is full. */
const DONE = 1;
const BROKEN = 2;
/** The stream ends too early. */
const CUT = 3;

/** Bytes of Inflate with its tables. */
export function inflate_bytes(): u32 {
  return u32(INFLATE_BYTES + 2 * CODE_TABLE_BYTES);
}

/** Inflates about `budget` bytes more. Answers 0 to go on, 1 when done, 2 for broken data, 3 if the stream ends inside. */
export function inflate(state: Inflate, budget: u32): i32 {
  const stop = min(state.outEnd, state.out + budget);
  let status = GOES_ON;
  while (status == GOES_ON) {
    if (state.phase == 0) status = beginBlock(state);
    else if (state.phase == 1) status = copyStored(state, stop);
    else if (state.phase == 2) status = decodeCodes(state, stop);
    if (status != GOES_ON) break;
    if (state.phase == 3 || state.out >= state.outEnd) return DONE;
    if (state.out >= stop) break;
  }
  return status;
}

@inline
function refill(state: Inflate): void {
  while (state.bitCount <= 56 && state.at < state.end) {
    state.bits |= u64(load<u8>(state.at)) << u64(state.bitCount);
    state.at++;
    state.bitCount += 8;
  }
}

/** The next `count` bits, up to 16; the caller has looked that they are there. */
@inline
function take(state: Inflate, count: u32): u32 {
  const value = u32(state.bits) & ((1 << count) - 1);
  state.bits >>= u64(count);
  state.bitCount -= count;
  return value;
}

function beginBlock(state: Inflate): i32 {
  refill(state);
  if (state.bitCount < 3) return CUT;
  state.isLast = take(state, 1);
  const kind = take(state, 2);
  if (kind == 0) return beginStored(state);
  if (kind == 3) return BROKEN;
  const status = kind == 1 ? fixedCodes(state) : dynamicCodes(state);
  if (status == GOES_ON) state.phase = 2;
  return status;
}

function endBlock(state: Inflate): void {
  state.phase = state.isLast != 0 ? 3 : 0;
}

function beginStored(state: Inflate): i32 {
  take(state, state.bitCount & 7);
  refill(state);
  if (state.bitCount < 32) return CUT;
  state.stored = take(state, 16);
  if ((take(state, 16) ^ 0xffff) != state.stored) return BROKEN;
  // Bytes read ahead are given back.
  state.at -= state.bitCount >> 3;
  state.bits = 0;
  state.bitCount = 0;
  state.phase = 1;
  return GOES_ON;
}

function copyStored(state: Inflate, stop: usize): i32 {
  const bytes = min(usize(state.stored), stop - state.out);
  if (state.end - state.at < bytes) return CUT;
  memory.copy(state.out, state.at, bytes);
  state.at += bytes;
  state.out += bytes;
  state.stored -= u32(bytes);
  if (state.stored == 0) endBlock(state);
  return GOES_ON;
}

@inline
function lengthCodes(state: Inflate): usize {
  return changetype<usize>(state) + INFLATE_BYTES;
}

@inline
function distanceCodes(state: Inflate): usize {
  return changetype<usize>(state) + INFLATE_BYTES + CODE_TABLE_BYTES;
}

function fixedCodes(state: Inflate): i32 {
  memory.fill(SIZES, 8, 144);
  memory.fill(SIZES + 144, 9, 112);
  memory.fill(SIZES + 256, 7, 24);
  memory.fill(SIZES + 280, 8, 8);
  buildCodes(lengthCodes(state), SIZES, 288);
  memory.fill(SIZES, 5, 30);
  buildCodes(distanceCodes(state), SIZES, 30);
  return GOES_ON;
}

function dynamicCodes(state: Inflate): i32 {
  refill(state);
  if (state.bitCount < 14) return CUT;
  const lengths = take(state, 5) + 257, distances = take(state, 5) + 1, sizes = take(state, 4) + 4;
  if (lengths > 286 || distances > 30) return BROKEN;
  memory.fill(SIZES, 0, 19);
  for (let i: u32 = 0; i < sizes; i++) {
    refill(state);
    if (state.bitCount < 3) return CUT;
    store<u8>(SIZES + usize(load<u8>(ORDER + i)), u8(take(state, 3)));
  }
  // The code of code lengths is read before the table of distances is made, so it may lie there.
  const codes = distanceCodes(state);
  if (buildCodes(codes, SIZES, 19) != 0) return BROKEN;
  const status = readSizes(state, codes, lengths + distances);
  if (status != GOES_ON) return status;
  if (load<u8>(SIZES, 256) == 0) return BROKEN;
  if (!isComplete(lengthCodes(state), SIZES, lengths)) return BROKEN;
  return isComplete(codes, SIZES + lengths, distances) ? GOES_ON : BROKEN;
}

/** A code may leave something over only where it has at most one member. */
function isComplete(table: usize, sizes: usize, count: u32): bool {
  let used: u32 = 0;
  for (let i: u32 = 0; i < count; i++) if (load<u8>(sizes + i) != 0) used++;
  const left = buildCodes(table, sizes, count);
  return left == 0 || (left > 0 && used <= 1);
}

function readSizes(state: Inflate, codes: usize, count: u32): i32 {
  let i: u32 = 0;
  let before: u8 = 0;
  while (i < count) {
    refill(state);
    const code = lookUpCode(codes, u32(state.bits));
    if (code == 0) return BROKEN;
    const symbol = code & 0xfff, extra: u32 = symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    if (state.bitCount < (code >> 12) + extra) return CUT;
    take(state, code >> 12);
    if (symbol < 16) {
      before = u8(symbol);
      store<u8>(SIZES + i++, before);
      continue;
    }
    if (symbol == 16 && i == 0) return BROKEN;
    const repeats = take(state, extra) + (symbol == 18 ? 11 : 3);
    if (i + repeats > count) return BROKEN;
    if (symbol != 16) before = 0;
    memory.fill(SIZES + i, before, repeats);
    i += repeats;
  }
  return GOES_ON;
}

/** Symbols of a block until it ends or the room for now is full. Of one refill a length, a distance and their extra bits
 *  (48 at most) can be taken. */
function decodeCodes(state: Inflate, stop: usize): i32 {
  copyMatch(state, stop);
  const lengths = lengthCodes(state), distances = distanceCodes(state), end = state.end;
  let at = state.at, out = state.out, bits = state.bits, count = state.bitCount;
  let status = GOES_ON;
  while (out < stop) {
    if (count < 48) {
      if (at + 8 <= end) {
        bits |= load<u64>(at) << u64(count);
        at += (63 - count) >> 3;
        count |= 56;
      } else for (; count <= 56 && at < end; count += 8) bits |= u64(load<u8>(at++)) << u64(count);
    }
    const code = lookUpCode(lengths, u32(bits));
    const size = code >> 12, symbol = code & 0xfff;
    if (code == 0 || size > count) {
      status = code != 0 || (count < 15 && at >= end) ? CUT : BROKEN;
      break;
    }
    if (symbol < 256) {
      bits >>= u64(size);
      count -= size;
      store<u8>(out++, u8(symbol));
      continue;
    }
    if (symbol == 256) {
      bits >>= u64(size);
      count -= size;
      endBlock(state);
      break;
    }
    if (symbol > 285) {
      status = BROKEN;
      break;
    }
    const length = u32(load<u16>(LENGTHS + (usize(symbol - 257) << 1)));
    const before = size + (length >> 12);
    const next = lookUpCode(distances, u32(bits >> u64(before)));
    const place = next & 0xfff, extra = place < 4 ? 0 : (place >> 1) - 1;
    const behind = before + (next >> 12);
    if (behind + extra > count) {
      status = CUT;
      break;
    }
    const base = place < 4 ? place + 1 : ((2 + (place & 1)) << extra) + 1;
    const distance = base + (u32(bits >> u64(behind)) & ((1 << extra) - 1));
    if (next == 0 || place >= 30 || usize(distance) > out - state.outStart) {
      status = BROKEN;
      break;
    }
    const bytes = (length & 0xfff) + (u32(bits >> u64(size)) & ((1 << (length >> 12)) - 1));
    bits >>= u64(behind + extra);
    count -= behind + extra;
    const now = min(bytes, u32(stop - out));
    copyBytes(out, distance, now);
    out += now;
    state.matchLength = bytes - now;
    state.matchDistance = distance;
  }
  state.at = at;
  state.out = out;
  // Above the bits that count may stand some of the byte that comes next.
  state.bits = count < 64 ? bits & (((<u64>1) << u64(count)) - 1) : bits;
  state.bitCount = count;
  return status;
}

/** The rest of a match that the room was too small for. */
function copyMatch(state: Inflate, stop: usize): void {
  const now = min(state.matchLength, u32(stop - state.out));
  copyBytes(state.out, state.matchDistance, now);
  state.out += now;
  state.matchLength -= now;
}

/** `count` bytes from `distance` before. Byte by byte where a match reaches into what it writes. */
@inline
function copyBytes(out: usize, distance: u32, count: u32): void {
  const from = out - distance;
  if (distance >= count) memory.copy(out, from, count);
  else for (let i: u32 = 0; i < count; i++) store<u8>(out + i, load<u8>(from + i));
}
