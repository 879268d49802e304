// The zero point of a block of weights, which formats store as a code, as a float, or not at all.

/** Zero point `index`: u8 (bytes 1), float32 (bytes 4), or `middle` (bytes 0). */
@inline
export function blockZeroPoint(zeroPointsPtr: usize, index: usize, bytes: u32, middle: f32): f32 {
  if (bytes == 0) return middle;
  return bytes == 1 ? <f32>load<u8>(zeroPointsPtr + index) : load<f32>(zeroPointsPtr + (index << 2));
}
