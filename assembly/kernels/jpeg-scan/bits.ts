// The entropy-coded bits of a scan. Bytes are read ahead up to the next marker; what is wanted beyond counts below zero.

import { JpegScan } from '../../abi/jpeg-scan';
import { lookUpCode } from './huffman';

// Of the scan that is being read: between calls they lie in its block.
let at: usize = 0;
let end: usize = 0;
let bits: u64 = 0;
let bitCount: i32 = 0;

export function beginReading(scan: JpegScan): void {
  at = scan.at;
  end = scan.end;
  bits = scan.bits;
  bitCount = scan.bitCount;
}

export function endReading(scan: JpegScan): void {
  scan.at = at;
  scan.bits = bits;
  scan.bitCount = bitCount;
}

/** Whether more bits were taken than there are. */
@inline
export function isStarved(): bool {
  return bitCount < 0;
}

/** Whether the file ends where reading stopped; else a marker is there. */
export function isAtEnd(): bool {
  return at + 1 >= end;
}

/** Has at least 32 bits ready, unless a marker or the end is near. */
@inline
function refill(): void {
  if (bitCount < 32 && bitCount >= 0) readAhead();
}

function readAhead(): void {
  while (bitCount <= 56 && at < end) {
    const byte = load<u8>(at);
    if (byte == 0xff) {
      // A zero is stuffed behind an 0xff of the data.
      if (at + 1 >= end || load<u8>(at, 1) != 0) return;
      at++;
    }
    at++;
    bits |= u64(byte) << u64(56 - bitCount);
    bitCount += 8;
  }
}

@inline
function drop(count: u32): void {
  bits <<= u64(count);
  bitCount -= i32(count);
}

/** The next symbol, -1 if no code is there. Up to 16 bits may follow without a look at the file. */
@inline
export function nextSymbol(table: usize): i32 {
  refill();
  const code = lookUpCode(table, u32(bits >> 48));
  if (code == 0) return -1;
  drop(code >> 8);
  return i32(code & 255);
}

/** `count` bits as a number, count 1 … 16, behind nextSymbol. */
@inline
export function nextBits(count: u32): u32 {
  const value = u32(bits >> u64(64 - count));
  drop(count);
  return value;
}

/** A number of `count` bits, the lower half of which stands for negative ones; 0 for none. */
@inline
export function nextSigned(count: u32): i32 {
  if (count == 0) return 0;
  const value = i32(nextBits(count));
  return value >= 1 << (count - 1) ? value : value - (1 << count) + 1;
}

/** One bit, anywhere. */
@inline
export function nextBit(): u32 {
  refill();
  return nextBits(1);
}

/** Goes behind the restart marker of this number, and forgets the bits in front of it. False if another one is there. */
export function passRestart(number: u32): bool {
  bits = 0;
  bitCount = 0;
  while (at + 1 < end && !(load<u8>(at) == 0xff && load<u8>(at, 1) != 0 && load<u8>(at, 1) != 0xff)) at++;
  if (at + 1 >= end || u32(load<u8>(at, 1)) != 0xd0 + number) return false;
  at += 2;
  return true;
}
