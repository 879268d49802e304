// Codes of any width in an LSB-first bit stream: code i takes the bits [i · bits, (i + 1) · bits), and bit n of the
// stream is bit (n mod 8) of byte floor(n / 8). A code of up to 16 bits touches at most three bytes.

/** The lowest `bits` bits set; bits 1..16. */
@inline
export function lowMask(bits: u32): u32 {
  return (1 << bits) - 1;
}

/** Bytes that `len` codes fill; multiplied so that no bit count has to fit in 32 bits. */
@inline
export function streamBytes(len: usize, bits: u32): usize {
  return (len >> 3) * bits + (((len & 7) * bits + 7) >> 3);
}

/** Ors the low `bits` bits of `code` into place `index` of a zeroed stream. */
@inline
export function putCode(streamPtr: usize, index: usize, bits: u32, code: u32): void {
  const position = <u32>(index & 7) * bits;
  let bytePtr = streamPtr + (index >> 3) * bits + (position >> 3);
  let shifted = (code & lowMask(bits)) << (position & 7);
  while (shifted != 0) {
    store<u8>(bytePtr, <u8>(<u32>load<u8>(bytePtr) | shifted));
    shifted >>= 8;
    bytePtr++;
  }
}

/** The code at place `index`; reads only the bytes it touches. */
@inline
export function takeCode(streamPtr: usize, index: usize, bits: u32): u32 {
  const position = <u32>(index & 7) * bits;
  const bytePtr = streamPtr + (index >> 3) * bits + (position >> 3);
  const end = (position & 7) + bits;
  let window = <u32>load<u8>(bytePtr);
  if (end > 8) window |= <u32>load<u8>(bytePtr, 1) << 8;
  if (end > 16) window |= <u32>load<u8>(bytePtr, 2) << 16;
  return (window >> (position & 7)) & lowMask(bits);
}
