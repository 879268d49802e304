// A checksum of bytes against damage, at the speed of memory; no help against forgery. Sixteen lanes of 32 bits, of which
// lane i takes every sixteenth word:
//
//   lane = rotl((lane ^ word) · P, 13)        from lane = i + 1; the last 64 bytes are filled up with zeros
//   sum  = rotl((sum ^ lane) · P, 13)         over the lanes in order, from sum = the number of bytes
//
// Every step is one to one in lane and word, so that a change of a single word is always seen. Bit-equal to
// reference/checksum.ts.

const PRIME: i32 = 0x9e3779b1;
const LANES: usize = 16;
const BLOCK: usize = 64;

/** The lanes, then the last block. */
const STATE = memory.data(128, 16);

@inline
function step(lanes: v128, words: v128, prime: v128): v128 {
  const mixed = i32x4.mul(v128.xor(lanes, words), prime);
  return v128.or(i32x4.shl(mixed, 13), i32x4.shr_u(mixed, 19));
}

/** Takes in whole blocks. */
function mix(ptr: usize, end: usize): void {
  const prime = i32x4.splat(PRIME);
  let a = v128.load(STATE);
  let b = v128.load(STATE, 16);
  let c = v128.load(STATE, 32);
  let d = v128.load(STATE, 48);
  for (; ptr < end; ptr += BLOCK) {
    a = step(a, v128.load(ptr), prime);
    b = step(b, v128.load(ptr, 16), prime);
    c = step(c, v128.load(ptr, 32), prime);
    d = step(d, v128.load(ptr, 48), prime);
  }
  v128.store(STATE, a);
  v128.store(STATE, b, 16);
  v128.store(STATE, c, 32);
  v128.store(STATE, d, 48);
}

/** Checksum of `length` bytes at `ptr`. */
export function checksum_bytes(ptr: usize, length: usize): u32 {
  for (let lane: usize = 0; lane < LANES; lane++) store<i32>(STATE + (lane << 2), <i32>lane + 1);
  const whole = length & ~(BLOCK - 1);
  mix(ptr, ptr + whole);
  if (whole < length) {
    const last = STATE + BLOCK;
    memory.fill(last, 0, BLOCK);
    memory.copy(last, ptr + whole, length - whole);
    mix(last, last + BLOCK);
  }
  let sum = <i32>length;
  for (let lane: usize = 0; lane < LANES; lane++) {
    sum = rotl<i32>((sum ^ load<i32>(STATE + (lane << 2))) * PRIME, 13);
  }
  return <u32>sum;
}
