// Counts over whole tensors, 128-bit SIMD: how many float32 numbers a range leaves out, how many integers are equal.

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
    count += i32(x < low || x > high);
  }
  return count;
}

/** Pairs of equal 64-bit integers. len < 2^31. Reads len elements at each pointer, any alignment. */
export function count_equal_i64(aPtr: usize, bPtr: usize, len: usize): u32 {
  let counts = i64x2.splat(0);
  const end = aPtr + ((len & ~1) << 3);
  while (aPtr < end) {
    counts = i64x2.sub(counts, i64x2.eq(v128.load(aPtr), v128.load(bPtr)));
    aPtr += 16;
    bPtr += 16;
  }
  const count = i64x2.extract_lane(counts, 0) + i64x2.extract_lane(counts, 1);
  const last = (len & 1) != 0 && load<u64>(aPtr) == load<u64>(bPtr);
  return u32(count) + u32(last);
}
