// Scalar twin of kernels/counts.

export function count_outside_f32(xPtr: usize, len: usize, low: f32, high: f32): u32 {
  let count: u32 = 0;
  for (let i: usize = 0; i < len; i++) {
    const x = load<f32>(xPtr + (i << 2));
    if (x < low || x > high) count++;
  }
  return count;
}

export function count_equal_i64(aPtr: usize, bPtr: usize, len: usize): u32 {
  let count: u32 = 0;
  for (let i: usize = 0; i < len; i++) {
    if (load<u64>(aPtr + (i << 3)) == load<u64>(bPtr + (i << 3))) count++;
  }
  return count;
}
