// What surrounds the time steps of recurrent nets: biases made one, states copied in and out, lengths checked.

/** out[i] = w[i] + r[i] for i < both, w[i] from there on; w [count] and r [count] follow each other at `bPtr`. */
export function recurrent_bias_f32(bPtr: usize, outPtr: usize, count: usize, both: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const w = load<f32>(bPtr + (i << 2));
    store<f32>(outPtr + (i << 2), i < both ? w + load<f32>(bPtr + ((count + i) << 2)) : w);
  }
}

/** Copies `rows` rows of `bytes` bytes, whose starts are `fromStride` and `toStride` bytes apart; fromPtr 0: zeros. */
export function recurrent_rows(
  fromPtr: usize, fromStride: usize, toPtr: usize, toStride: usize, rows: usize, bytes: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    if (fromPtr == 0) memory.fill(toPtr + row * toStride, 0, bytes);
    else memory.copy(toPtr + row * toStride, fromPtr + row * fromStride, bytes);
  }
}

/** The index of the first of `count` i32 lengths outside [0, most], or −1. */
export function recurrent_lengths(lengthsPtr: usize, count: i32, most: i32): i32 {
  for (let i = 0; i < count; i++) {
    const length = load<i32>(lengthsPtr + (<usize>i << 2));
    if (length < 0 || length > most) return i;
  }
  return -1;
}
