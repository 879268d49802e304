// Checksums, byte by byte; see kernels/checksum/simd128.ts.

const PRIME: i32 = 0x9e3779b1;
const LANES: usize = 16;
const BLOCK: usize = 64;

@inline
function step(state: i32, word: i32): i32 {
  return rotl<i32>((state ^ word) * PRIME, 13);
}

/** The word that begins at byte `at`; bytes from `length` on are zeros. */
function wordAt(ptr: usize, at: usize, length: usize): i32 {
  let word = 0;
  for (let byte: usize = 0; byte < 4; byte++) {
    if (at + byte < length) word |= <i32>load<u8>(ptr + at + byte) << (<i32>byte << 3);
  }
  return word;
}

export function checksum_bytes(ptr: usize, length: usize): u32 {
  let sum = <i32>length;
  for (let lane: usize = 0; lane < LANES; lane++) {
    let state = <i32>lane + 1;
    for (let block: usize = 0; block < length; block += BLOCK) {
      state = step(state, wordAt(ptr, block + (lane << 2), length));
    }
    sum = step(sum, state);
  }
  return <u32>sum;
}
