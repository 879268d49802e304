// Huffman codes of JPEG: codes of up to 9 bits are looked up, longer ones found by their length.
//
//   table   512 u16: length << 8 | symbol of the code that begins with these 9 bits, 0 if it is longer
//           17 i32: by length, the first number that is no code of at most this length, as 16 bits
//           17 i32: by length, index of its first symbol less its first code
//           256 u8: symbols

const LOOK_BITS: u32 = 9;
const LIMITS: usize = 1024;
const OFFSETS: usize = LIMITS + 17 * 4;
const SYMBOLS: usize = OFFSETS + 17 * 4;

/** Fills the 1416 bytes of a table. countsPtr: for each length of 1 to 16 how many codes, then their symbols (256 bytes must
 *  be readable).
 *  Answers 0, or 1 if there are more codes than can be told apart. */
export function jpeg_huffman_table(countsPtr: usize, tablePtr: usize): i32 {
  memory.fill(tablePtr, 0, SYMBOLS);
  memory.copy(tablePtr + SYMBOLS, countsPtr + 16, 256);
  let code: u32 = 0;
  let index: u32 = 0;
  for (let length: u32 = 1; length <= 16; length++) {
    const count = u32(load<u8>(countsPtr + length - 1));
    store<i32>(tablePtr + OFFSETS + (usize(length) << 2), i32(index) - i32(code));
    if (code + count > <u32>1 << length || index + count > 256) return 1;
    if (length <= LOOK_BITS) fillLookUp(tablePtr, length, code, index, count);
    code += count;
    index += count;
    store<u32>(tablePtr + LIMITS + (usize(length) << 2), code << (16 - length));
    code <<= 1;
  }
  return 0;
}

function fillLookUp(tablePtr: usize, length: u32, code: u32, index: u32, count: u32): void {
  const copies = <u32>1 << (LOOK_BITS - length);
  for (let i: u32 = 0; i < count; i++) {
    const entry = length << 8 | u32(load<u8>(tablePtr + SYMBOLS + index + i));
    const from = tablePtr + (usize((code + i) * copies) << 1);
    for (let k: u32 = 0; k < copies; k++) store<u16>(from + (usize(k) << 1), u16(entry));
  }
}

/** length << 8 | symbol of the code that these 16 bits begin with, 0 if none does. */
@inline
export function lookUpCode(table: usize, bits: u32): u32 {
  const entry = u32(load<u16>(table + (usize(bits >> (16 - LOOK_BITS)) << 1)));
  return entry != 0 ? entry : longCode(table, bits);
}

function longCode(table: usize, bits: u32): u32 {
  for (let length: u32 = LOOK_BITS + 1; length <= 16; length++) {
    if (bits >= load<u32>(table + LIMITS + (usize(length) << 2))) continue;
    const symbol = i32(bits >> (16 - length)) + load<i32>(table + OFFSETS + (usize(length) << 2));
    return length << 8 | u32(load<u8>(table + SYMBOLS + (symbol & 255)));
  }
  return 0;
}
