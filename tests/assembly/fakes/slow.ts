// Exact, and slower than SIMD.

import { product } from './scalar';

export { abiVersion, heapBase } from '../../../assembly/abi/version';
export { gemm_packed_bytes, gemm_pack_s8 } from './scalar';

export function gemm_u8_s8_i32(aPtr: usize, bPtr: usize, cPtr: usize, m: usize, n: usize, k: usize): void {
  product(aPtr, bPtr, cPtr, m, n, k, (a0: i32, b0: i32, a1: i32, b1: i32): i32 => a0 * b0 + a1 * b1);
}
