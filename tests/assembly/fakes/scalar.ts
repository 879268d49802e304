// A matrix product whose innermost step is given: what a relaxed module would compute on a machine with that step.

import { packedAt } from '../../../assembly/reference/gemm';

export { gemm_packed_bytes, gemm_pack_s8 } from '../../../assembly/reference/gemm';

/** Two products and their sum, as the machine makes them. */
export type PairStep = (a0: i32, b0: i32, a1: i32, b1: i32) => i32;

export function product(aPtr: usize, bPtr: usize, cPtr: usize, m: usize, n: usize, k: usize, step: PairStep): void {
  for (let row: usize = 0; row < m; row++) {
    for (let column: usize = 0; column < n; column++) {
      let sum = 0;
      for (let depth: usize = 0; depth < k; depth += 2) {
        const last = depth + 1 == k;
        const a0 = <i32>load<u8>(aPtr + row * k + depth);
        const b0 = <i32>load<i8>(packedAt(bPtr, depth, column, k));
        const a1 = last ? 0 : <i32>load<u8>(aPtr + row * k + depth + 1);
        const b1 = last ? 0 : <i32>load<i8>(packedAt(bPtr, depth + 1, column, k));
        sum += step(a0, b0, a1, b1);
      }
      store<i32>(cPtr + ((row * n + column) << 2), sum);
    }
  }
}
