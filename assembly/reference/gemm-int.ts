// What surrounds the product of codes, scalar and normative: kernels/gemm-int says the formulas and equals it bit for bit.

import { requantizeOne } from '../num/requantize';

export function flip_u8(xPtr: usize, outPtr: usize, len: usize): void {
  for (let i: usize = 0; i < len; i++) store<u8>(outPtr + i, load<u8>(xPtr + i) ^ 0x80);
}

export function row_sums_u8_i32(aPtr: usize, outPtr: usize, rows: usize, k: usize): void {
  for (let row: usize = 0; row < rows; row++) {
    let sum = 0;
    for (let at: usize = 0; at < k; at++) sum += <i32>load<u8>(aPtr + row * k + at);
    store<i32>(outPtr + (row << 2), sum);
  }
}

export function column_sums_s8_i32(bPtr: usize, outPtr: usize, k: usize, n: usize, flip: u32): void {
  for (let column: usize = 0; column < n; column++) {
    let sum = 0;
    for (let row: usize = 0; row < k; row++) sum += <i32>(<i8>(<u32>load<u8>(bPtr + row * n + column) ^ flip));
    store<i32>(outPtr + (column << 2), sum);
  }
}

export function any_nonzero_i32(xPtr: usize, len: usize): i32 {
  for (let i: usize = 0; i < len; i++) {
    if (load<i32>(xPtr + (i << 2)) != 0) return 1;
  }
  return 0;
}

export function subtract_outer_i32(
  sumsPtr: usize, rowFactorsPtr: usize, columnFactorsPtr: usize, rows: usize, n: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < n; column++) {
      const product = load<i32>(rowFactorsPtr + (row << 2)) * load<i32>(columnFactorsPtr + (column << 2));
      const at = sumsPtr + ((row * n + column) << 2);
      store<i32>(at, load<i32>(at) - product);
    }
  }
}

@inline
function biased(sumsPtr: usize, biasPtr: usize, row: usize, column: usize, n: usize): i32 {
  return load<i32>(sumsPtr + ((row * n + column) << 2)) + load<i32>(biasPtr + (column << 2));
}

export function add_bias_i32(
  sumsPtr: usize, biasPtr: usize, outPtr: usize, rows: usize, n: usize, stride: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < n; column++) {
      store<i32>(outPtr + ((row * stride + column) << 2), biased(sumsPtr, biasPtr, row, column, n));
    }
  }
}

@inline
function requantize<T>(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize, zeroPointPtr: usize,
): void {
  const zeroPoint = load<i32>(zeroPointPtr);
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < n; column++) {
      const sum = biased(sumsPtr, biasPtr, row, column, n);
      const code = requantizeOne<T>(sum, load<f32>(multiplierPtr + (column << 2)), zeroPoint);
      store<u8>(outPtr + row * stride + column, <u8>code);
    }
  }
}

export function requantize_i32_u8(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize, zeroPointPtr: usize,
): void {
  requantize<u8>(sumsPtr, biasPtr, multiplierPtr, outPtr, rows, n, stride, zeroPointPtr);
}

export function requantize_i32_i8(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize, zeroPointPtr: usize,
): void {
  requantize<i8>(sumsPtr, biasPtr, multiplierPtr, outPtr, rows, n, stride, zeroPointPtr);
}

export function scale_i32_f32(
  sumsPtr: usize, biasPtr: usize, multiplierPtr: usize, addendPtr: usize, outPtr: usize,
  rows: usize, n: usize, stride: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < n; column++) {
      let value = <f32>biased(sumsPtr, biasPtr, row, column, n) * load<f32>(multiplierPtr + (column << 2));
      if (addendPtr != 0) value += load<f32>(addendPtr + (column << 2));
      store<f32>(outPtr + ((row * stride + column) << 2), value);
    }
  }
}
