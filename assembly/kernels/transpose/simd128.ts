// Transpose of dense matrices, 128-bit SIMD: out[c · rows + r] = x[r · cols + c]. How, and the contract: num/transpose.ts.

import { transposeMatrix } from '../../num/transpose';

export function transpose_u8(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transposeMatrix<u8>(xPtr, outPtr, scratchPtr, rows, cols, cols, rows);
}

export function transpose_u16(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transposeMatrix<u16>(xPtr, outPtr, scratchPtr, rows, cols, cols << 1, rows << 1);
}

export function transpose_u32(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transposeMatrix<u32>(xPtr, outPtr, scratchPtr, rows, cols, cols << 2, rows << 2);
}

export function transpose_u64(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transposeMatrix<u64>(xPtr, outPtr, scratchPtr, rows, cols, cols << 3, rows << 3);
}
