// Rounding half to even, the only rounding of quantization (ONNX, TFLite): 0.5 -> 0, 1.5 -> 2, 2.5 -> 2.

/** 1.5 · 2^23. For |y| <= 2^22 the sum y + MAGIC lies in [2^23, 2^24), where the spacing of float32 is 1: the addition
 *  itself rounds y to an integer, ties to even (MAGIC is even), and the integer sits in the low bits of the sum:
 *  bits(y + MAGIC) = MAGIC_BITS + roundHalfToEven(y). */
export const MAGIC: f32 = 12582912;
export const MAGIC_BITS: i32 = 0x4b400000;

/** Holds MAGIC in static data. V8 rebuilds a constant splat in every round of a loop; a loaded one stays in a register. */
export const MAGIC_PTR: usize = memory.data<f32>([12582912]);

/** The nearest integer, ties to even. NaN -> 0; beyond the i32 range -> the nearer end. */
@inline
export function roundHalfToEven(y: f32): i32 {
  return <i32>nearest<f32>(y);
}
