// Functions of one 8-bit code, as a table of 256: scalar, because a table look-up has no SIMD form that is quicker.

/** out[row, i] = table[x[row, i]]; rows of x lie together, rows of out `stride` bytes apart. */
export function map_codes_u8(xPtr: usize, outPtr: usize, tablePtr: usize, rows: usize, n: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let i: usize = 0;
    for (; i + 4 <= n; i += 4) {
      const from = xPtr + i;
      const out = outPtr + i;
      store<u8>(out, load<u8>(tablePtr + <usize>load<u8>(from)));
      store<u8>(out, load<u8>(tablePtr + <usize>load<u8>(from, 1)), 1);
      store<u8>(out, load<u8>(tablePtr + <usize>load<u8>(from, 2)), 2);
      store<u8>(out, load<u8>(tablePtr + <usize>load<u8>(from, 3)), 3);
    }
    for (; i < n; i++) store<u8>(outPtr + i, load<u8>(tablePtr + <usize>load<u8>(xPtr + i)));
    xPtr += n;
    outPtr += stride;
  }
}
