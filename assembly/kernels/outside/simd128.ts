// How many float32 numbers lie outside a range, 128-bit SIMD: what codes of that range clip.

/** Elements < low or > high; NaN is neither. len < 2^31. Reads len elements at xPtr, any alignment. */
export function count_outside_f32(xPtr: usize, len: usize, low: f32, high: f32): u32 {
  const lows = f32x4.splat(low);
  const highs = f32x4.splat(high);
  // Comparisons give −1, so subtracting one counts.
  let counts = i32x4.splat(0);
  const end = xPtr + ((len & ~3) << 2);
  while (xPtr < end) {
    const x = v128.load(xPtr);
    counts = i32x4.sub(counts, v128.or(f32x4.lt(x, lows), f32x4.gt(x, highs)));
    xPtr += 16;
  }
  let count =
    i32x4.extract_lane(counts, 0) +
    i32x4.extract_lane(counts, 1) +
    i32x4.extract_lane(counts, 2) +
    i32x4.extract_lane(counts, 3);
  for (let i: usize = 0; i < (len & 3); i++) {
    const x = load<f32>(xPtr + (i << 2));
    count += i32(x < low) + i32(x > high);
  }
  return count;
}
