// Up to eight float32 side by side, of which only the first `columns` exist: what a tile reads and writes at the right
// edge of a matrix. Nothing beside them is touched.

/** x[0 .. 3] of a row of `columns` floats; zeros where there are none. */
// @ts-ignore: decorator
@inline
export function loadColumns(ptr: usize, columns: usize): v128 {
  return columns >= 4 ? v128.load(ptr) : loadFew(ptr, columns);
}

/** x[4 .. 7] of a row of `columns` (at most 8) floats; zeros where there are none. */
// @ts-ignore: decorator
@inline
export function loadUpper(ptr: usize, columns: usize): v128 {
  return columns == 8 ? v128.load(ptr, 16) : loadFew(ptr + 16, max(columns, 4) - 4);
}

/** Up to 3 floats. */
function loadFew(ptr: usize, columns: usize): v128 {
  let x = f32x4.splat(0);
  if (columns > 0) x = v128.load_lane<f32>(ptr, x, 0);
  if (columns > 1) x = v128.load_lane<f32>(ptr, x, 1, 4);
  if (columns > 2) x = v128.load_lane<f32>(ptr, x, 2, 8);
  return x;
}

/** Writes the first `columns` (at most 8) of the floats of `low` and `high`. */
export function storeColumns(ptr: usize, low: v128, high: v128, columns: usize): void {
  if (columns >= 4) {
    v128.store(ptr, low);
    if (columns == 8) {
      v128.store(ptr, high, 16);
      return;
    }
    ptr += 16;
    low = high;
    columns -= 4;
  }
  if (columns > 0) v128.store_lane<f32>(ptr, low, 0);
  if (columns > 1) v128.store_lane<f32>(ptr, low, 1, 4);
  if (columns > 2) v128.store_lane<f32>(ptr, low, 2, 8);
}
