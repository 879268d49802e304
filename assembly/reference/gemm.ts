// The 8-bit matrix product, normative: the sum written down. Nothing is packed, so packed B is B.

export function gemm_packed_bytes(n: usize, k: usize): usize {
  return n * k;
}

export function gemm_pack_s8(bPtr: usize, packedPtr: usize, n: usize, k: usize): void {
  memory.copy(packedPtr, bPtr, n * k);
}

/** C[row, column] = sum over k of A[row, k] · B[k, column], A u8, B s8, C i32. */
export function gemm_u8_s8_i32(aPtr: usize, packedPtr: usize, cPtr: usize, m: usize, n: usize, k: usize): void {
  for (let row: usize = 0; row < m; row++) {
    for (let column: usize = 0; column < n; column++) {
      let sum = 0;
      for (let depth: usize = 0; depth < k; depth++) {
        const a = <i32>load<u8>(aPtr + row * k + depth);
        const b = <i32>load<i8>(packedPtr + depth * n + column);
        sum += a * b;
      }
      store<i32>(cPtr + ((row * n + column) << 2), sum);
    }
  }
}
