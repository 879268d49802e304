// Functions of one 8-bit code, as a table of 256: scalar, because a table look-up has no SIMD form that is quicker.

/** out[row, i] = table[x[row, i]]; rows of x lie together, rows of out `stride` bytes apart. */
export function map_codes_u8(xPtr: usize, outPtr: usize, tablePtr: usize, rows: usize, n: usize, stride: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let i: usize = 0;
    // Eight codes a load: as many stores, and the loop around them, are what is left.
    for (; i + 8 <= n; i += 8) {
      const x = load<u64>(xPtr + i);
      const out = outPtr + i;
      store<u8>(out, load<u8>(tablePtr + <usize>(x & 255)));
      store<u8>(out, load<u8>(tablePtr + <usize>((x >> 8) & 255)), 1);
      store<u8>(out, load<u8>(tablePtr + <usize>((x >> 16) & 255)), 2);
      store<u8>(out, load<u8>(tablePtr + <usize>((x >> 24) & 255)), 3);
      store<u8>(out, load<u8>(tablePtr + <usize>((x >> 32) & 255)), 4);
      store<u8>(out, load<u8>(tablePtr + <usize>((x >> 40) & 255)), 5);
      store<u8>(out, load<u8>(tablePtr + <usize>((x >> 48) & 255)), 6);
      store<u8>(out, load<u8>(tablePtr + <usize>(x >> 56)), 7);
    }
    for (; i < n; i++) store<u8>(outPtr + i, load<u8>(tablePtr + <usize>load<u8>(xPtr + i)));
    xPtr += n;
    outPtr += stride;
  }
}
