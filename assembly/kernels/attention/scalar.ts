// What attention adds to its scores, made dense: a mask in any of the forms operators know, and causality.

const enum Mask {
  None,
  /** float32, added as it is. */
  Float,
  /** bytes, 0 hides. */
  Bool,
  /** i32, 0 or less hides. */
  Int,
  /** i32 at maskPtr: keys from there on are hidden. */
  End,
  /** The same, and keys before the i32 that lies columnStride elements further are hidden. */
  Range,
}

/** out[row, key] = what the mask adds, `filter` where it hides, and `hidden` added where key >= visible + row.
 *  Strides of the mask are in elements; 0 repeats. */
export function attention_bias_f32(
  outPtr: usize, rows: usize, keys: usize, kind: i32, maskPtr: usize, rowStride: usize, columnStride: usize,
  filter: f32, visible: usize, hidden: f32,
): void {
  let start: i32 = 0;
  let end: i32 = <i32>keys;
  if (kind >= Mask.End) end = load<i32>(maskPtr);
  if (kind == Mask.Range) start = load<i32>(maskPtr + (columnStride << 2));
  for (let row: usize = 0; row < rows; row++) {
    for (let key: usize = 0; key < keys; key++) {
      const at = row * rowStride + key * columnStride;
      let value: f32 = 0;
      if (kind == Mask.Float) value = load<f32>(maskPtr + (at << 2));
      else if (kind == Mask.Bool) value = load<u8>(maskPtr + at) != 0 ? 0 : filter;
      else if (kind == Mask.Int) value = load<i32>(maskPtr + (at << 2)) > 0 ? 0 : filter;
      else if (kind != Mask.None) value = <i32>key >= start && <i32>key < end ? 0 : filter;
      if (key >= visible + row) value += hidden;
      store<f32>(outPtr, value);
      outPtr += 4;
    }
  }
}
