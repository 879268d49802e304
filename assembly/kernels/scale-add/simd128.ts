// y = alpha · y + beta · c in place: what Gemm does to a product that is scaled, or whose c is not one row. A row of c is
// read as vectors where its elements follow each other, as one number where they repeat (column stride 0).

export function scale_add_f32(
  yPtr: usize, rows: usize, columns: usize, alpha: f32, cPtr: usize, rowStride: usize, columnStride: usize, beta: f32,
): void {
  if (cPtr == 0 || columnStride > 1) {
    elements<f32>(yPtr, rows, columns, alpha, cPtr, rowStride, columnStride, beta, 0);
    return;
  }
  const alphas = f32x4.splat(alpha);
  const betas = f32x4.splat(beta);
  const whole = columns & ~3;
  for (let row: usize = 0; row < rows; row++) {
    const y = yPtr + ((row * columns) << 2);
    const c = cPtr + ((row * rowStride) << 2);
    if (columnStride == 0 && columns > 0) {
      const repeated = f32x4.mul(betas, v128.load32_splat(c));
      for (let at: usize = 0; at < whole << 2; at += 16) {
        v128.store(y + at, f32x4.add(f32x4.mul(alphas, v128.load(y + at)), repeated));
      }
    } else {
      for (let at: usize = 0; at < whole << 2; at += 16) {
        v128.store(y + at, f32x4.add(f32x4.mul(alphas, v128.load(y + at)), f32x4.mul(betas, v128.load(c + at))));
      }
    }
  }
  elements<f32>(yPtr, rows, columns, alpha, cPtr, rowStride, columnStride, beta, whole);
}

export function scale_add_f64(
  yPtr: usize, rows: usize, columns: usize, alpha: f64, cPtr: usize, rowStride: usize, columnStride: usize, beta: f64,
): void {
  elements<f64>(yPtr, rows, columns, alpha, cPtr, rowStride, columnStride, beta, 0);
}

/** The columns from `first` on, one by one. */
function elements<T>(
  yPtr: usize, rows: usize, columns: usize, alpha: T, cPtr: usize, rowStride: usize, columnStride: usize, beta: T,
  first: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    for (let column = first; column < columns; column++) {
      const y = yPtr + (row * columns + column) * sizeof<T>();
      let value: T = alpha * load<T>(y);
      if (cPtr != 0) value += beta * load<T>(cPtr + (row * rowStride + column * columnStride) * sizeof<T>());
      store<T>(y, value);
    }
  }
}
