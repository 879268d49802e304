// The state of inflating: written by the host before the first call, kept between calls.

/** An argument block of 16 integers of 32 bits, then the tables. */
@unmanaged
export class Inflate {
  /** Address of the next byte of the stream. */
  at: usize;
  end: usize;
  /** Where the next byte goes, and the end of the room. */
  out: usize;
  outEnd: usize;
  /** Bits read ahead, the next one lowest. */
  bits: u64;
  bitCount: u32;
  /** Where the output begins. */
  outStart: usize;
  /** 0 before a block, 1 in a stored one, 2 in one of codes, 3 behind the last. */
  phase: u32;
  isLast: u32;
  /** Bytes left of a stored block. */
  stored: u32;
  /** Length of a match that is not copied to its end, and its distance. */
  matchLength: u32;
  matchDistance: u32;
}

/** Bytes of Inflate before its tables. */
export const INFLATE_BYTES: usize = 64;

// A table of codes: 1024 u16 by the next 10 bits (length << 12 | symbol, 0 if longer; lengths above 10 are not in it),
// 16 u16 counts by length, 288 u16 symbols.

export const CODE_COUNTS: usize = 2048;
export const CODE_SYMBOLS: usize = CODE_COUNTS + 32;
export const CODE_TABLE_BYTES: usize = CODE_SYMBOLS + 576;
