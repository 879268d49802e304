// Scalar twin of kernels/outside: how many float32 numbers lie outside a range.

export function count_outside_f32(xPtr: usize, len: usize, low: f32, high: f32): u32 {
  let count: u32 = 0;
  for (let i: usize = 0; i < len; i++) {
    const x = load<f32>(xPtr + (i << 2));
    if (x < low || x > high) count++;
  }
  return count;
}
