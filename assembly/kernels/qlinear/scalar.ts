// Functions of one 8-bit code, as a table of 256: scalar, because a table look-up has no SIMD form that is quicker.

/** out[row, i] = table[x[row, i]]; rows of x lie together, rows of out `stride` bytes apart. */
export function map_codes_u8(xPtr: usize, outPtr: usize, tablePtr: usize, rows: usize, n: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let i: usize = 0; i < n; i++) store<u8>(outPtr + i, load<u8>(tablePtr + <usize>load<u8>(xPtr + i)));
    xPtr += n;
    outPtr += stride;
  }
}
