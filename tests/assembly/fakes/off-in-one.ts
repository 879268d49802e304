// Exact but for the last element, when rows and columns leave a partial tile: a kernel with a fault, not a machine.

import { product } from './scalar';

export { abiVersion, heapBase } from '../../../assembly/abi/version';
export { gemm_packed_bytes, gemm_pack_s8 } from './scalar';

export function gemm_u8_s8_i32(aPtr: usize, bPtr: usize, cPtr: usize, m: usize, n: usize, k: usize): void {
  product(aPtr, bPtr, cPtr, m, n, k, (a0: i32, b0: i32, a1: i32, b1: i32): i32 => a0 * b0 + a1 * b1);
  const last = cPtr + ((m * n - 1) << 2);
  if (n % 8 > 0) store<i32>(last, load<i32>(last) + 1);
}
