// The 8-bit matrix product, normative: the sum written down. B is packed in panels of 8 columns, as every variant packs
// it (kernels/gemm/panel.ts), so that columns [8i, 8j) are a product of their own; within a panel rows follow each other.

const PANEL_COLUMNS: usize = 8;

export function gemm_packed_bytes(n: usize, k: usize): usize {
  return ((n + PANEL_COLUMNS - 1) / PANEL_COLUMNS) * PANEL_COLUMNS * k;
}

/** Where B[depth, column] lies in packed B. */
@inline
export function packedAt(packedPtr: usize, depth: usize, column: usize, k: usize): usize {
  const panel = packedPtr + (column / PANEL_COLUMNS) * PANEL_COLUMNS * k;
  return panel + depth * PANEL_COLUMNS + (column % PANEL_COLUMNS);
}

export function gemm_pack_s8(bPtr: usize, packedPtr: usize, n: usize, k: usize): void {
  memory.fill(packedPtr, 0, gemm_packed_bytes(n, k));
  for (let depth: usize = 0; depth < k; depth++) {
    for (let column: usize = 0; column < n; column++) {
      store<i8>(packedAt(packedPtr, depth, column, k), load<i8>(bPtr + depth * n + column));
    }
  }
}

/** C[row, column] = sum over k of A[row, k] · B[k, column], A u8, B s8, C i32. */
export function gemm_u8_s8_i32(aPtr: usize, packedPtr: usize, cPtr: usize, m: usize, n: usize, k: usize): void {
  for (let row: usize = 0; row < m; row++) {
    for (let column: usize = 0; column < n; column++) {
      let sum = 0;
      for (let depth: usize = 0; depth < k; depth++) {
        const a = <i32>load<u8>(aPtr + row * k + depth);
        const b = <i32>load<i8>(packedAt(packedPtr, depth, column, k));
        sum += a * b;
      }
      store<i32>(cPtr + ((row * n + column) << 2), sum);
    }
  }
}
