// Every NaN of a tensor becomes the canonical one: WebAssembly leaves the bits of a computed NaN open, and the bytes that
// leave a session must not depend on the engine. In place, on bit patterns: a float is NaN where its bits without the
// sign are above those of infinity.

@inline
function replace<T>(at: usize, count: usize, magnitude: T, infinity: T, nan: T): void {
  const end = at + count * sizeof<T>();
  for (; at < end; at += sizeof<T>()) {
    if (<T>(load<T>(at) & magnitude) > infinity) store<T>(at, nan);
  }
}

/** @param infinity - its bits in the 16-bit format: 0x7c00 for float16, 0x7f80 for bfloat16
 *  @param nan - bits of the canonical NaN */
export function canonical_nans_u16(ptr: usize, count: usize, infinity: u32, nan: u32): void {
  replace<u16>(ptr, count, 0x7fff, <u16>infinity, <u16>nan);
}

export function canonical_nans_f32(ptr: usize, count: usize): void {
  replace<u32>(ptr, count, 0x7fffffff, 0x7f800000, 0x7fc00000);
}

export function canonical_nans_f64(ptr: usize, count: usize): void {
  replace<u64>(ptr, count, 0x7fffffffffffffff, 0x7ff0000000000000, 0x7ff8000000000000);
}
