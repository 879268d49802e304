// Matrix transpose, scalar and normative: out[c · rows + r] = x[r · cols + c]. Bits are moved, so the type is a width.
// Scratch memory is a parameter of the variants; here it is not used.

export function transpose_u8(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u8>(xPtr, outPtr, rows, cols);
}

export function transpose_u16(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u16>(xPtr, outPtr, rows, cols);
}

export function transpose_u32(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u32>(xPtr, outPtr, rows, cols);
}

export function transpose_u64(xPtr: usize, outPtr: usize, scratchPtr: usize, rows: usize, cols: usize): void {
  transpose<u64>(xPtr, outPtr, rows, cols);
}

function transpose<T>(xPtr: usize, outPtr: usize, rows: usize, cols: usize): void {
  for (let c: usize = 0; c < cols; c++) {
    for (let r: usize = 0; r < rows; r++) {
      store<T>(outPtr + (c * rows + r) * sizeof<T>(), load<T>(xPtr + (r * cols + c) * sizeof<T>()));
    }
  }
}
