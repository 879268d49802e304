// y = alpha · y + beta · c, scalar and normative: both products rounded, then their sum. c is read through strides (0
// repeats it); cPtr 0 leaves it out.

export function scale_add_f32(
  yPtr: usize, rows: usize, columns: usize, alpha: f32, cPtr: usize, rowStride: usize, columnStride: usize, beta: f32,
): void {
  scaleAdd<f32>(yPtr, rows, columns, alpha, cPtr, rowStride, columnStride, beta);
}

export function scale_add_f64(
  yPtr: usize, rows: usize, columns: usize, alpha: f64, cPtr: usize, rowStride: usize, columnStride: usize, beta: f64,
): void {
  scaleAdd<f64>(yPtr, rows, columns, alpha, cPtr, rowStride, columnStride, beta);
}

function scaleAdd<T>(
  yPtr: usize, rows: usize, columns: usize, alpha: T, cPtr: usize, rowStride: usize, columnStride: usize, beta: T,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < columns; column++) {
      const y = yPtr + (row * columns + column) * sizeof<T>();
      let value: T = alpha * load<T>(y);
      if (cPtr != 0) value += beta * load<T>(cPtr + (row * rowStride + column * columnStride) * sizeof<T>());
      store<T>(y, value);
    }
  }
}
