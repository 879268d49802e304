// The Huffman codes of deflate (RFC 1951, 3.2.2). Codes of up to 10 bits are looked up; longer ones are counted through.

import { CODE_COUNTS, CODE_SYMBOLS } from '../../abi/inflate';

const LOOK_BITS: u32 = 10;

/** Where each length's codes begin among the symbols: 16 u16. Working memory of buildCodes. */
const OFFSETS = memory.data(32, 2);

/** Fills a table from `count` lengths of one byte each. Answers how many codes of 15 bits are left over, -1 if there are too
 *  many. */
export function buildCodes(table: usize, lengths: usize, count: u32): i32 {
  memory.fill(table, 0, CODE_SYMBOLS);
  const counts = table + CODE_COUNTS;
  for (let i: u32 = 0; i < count; i++) {
    const slot = counts + (usize(load<u8>(lengths + i)) << 1);
    store<u16>(slot, load<u16>(slot) + 1);
  }
  let left = 1;
  for (let length: usize = 1; length <= 15; length++) {
    left = (left << 1) - i32(load<u16>(counts + (length << 1)));
    if (left < 0) return -1;
  }
  store<u16>(OFFSETS, 0, 2);
  for (let length: usize = 1; length < 15; length++) {
    const next = load<u16>(OFFSETS + (length << 1)) + load<u16>(counts + (length << 1));
    store<u16>(OFFSETS + (length << 1), next, 2);
  }
  for (let i: u32 = 0; i < count; i++) {
    const length = usize(load<u8>(lengths + i));
    if (length == 0) continue;
    const offset = load<u16>(OFFSETS + (length << 1));
    store<u16>(table + CODE_SYMBOLS + (usize(offset) << 1), u16(i));
    store<u16>(OFFSETS + (length << 1), offset + 1);
  }
  fillLookUp(table);
  return left;
}

/** Bits of a code come highest first, but those of the stream lowest first: entries stand at reversed codes. */
function fillLookUp(table: usize): void {
  let code: u32 = 0;
  let symbol = table + CODE_SYMBOLS;
  for (let length: u32 = 1; length <= LOOK_BITS; length++, code <<= 1) {
    for (let n = u32(load<u16>(table + CODE_COUNTS + (usize(length) << 1))); n > 0; n--, code++, symbol += 2) {
      const entry = length << 12 | u32(load<u16>(symbol));
      for (let at = reversed(code, length); at < <u32>1 << LOOK_BITS; at += <u32>1 << length) {
        store<u16>(table + (usize(at) << 1), u16(entry));
      }
    }
  }
}

function reversed(code: u32, length: u32): u32 {
  let turned: u32 = 0;
  for (let i: u32 = 0; i < length; i++) turned |= (code >> i & 1) << (length - 1 - i);
  return turned;
}

/** length << 12 | symbol of the code that these bits (15 or more, lowest first) begin with, 0 if none does. */
@inline
export function lookUpCode(table: usize, bits: u32): u32 {
  const entry = u32(load<u16>(table + (usize(bits & ((<u32>1 << LOOK_BITS) - 1)) << 1)));
  return entry != 0 ? entry : longCode(table, bits);
}

/** Goes through the lengths: `first` is the first code of a length, `index` that of its symbol. */
function longCode(table: usize, bits: u32): u32 {
  let code: i32 = 0, first: i32 = 0, index: i32 = 0;
  for (let length: u32 = 1; length <= 15; length++) {
    code |= i32(bits >> (length - 1) & 1);
    const count = i32(load<u16>(table + CODE_COUNTS + (usize(length) << 1)));
    if (code - first < count) {
      return length << 12 | u32(load<u16>(table + CODE_SYMBOLS + (usize(index + code - first) << 1)));
    }
    index += count;
    first = first + count << 1;
    code <<= 1;
  }
  return 0;
}
