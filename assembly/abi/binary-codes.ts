// What an operator of two tensors of codes takes: scales and zero points of both and of the result.

/** An argument block of 10 words of 32 bits. Scales are addresses of one float32. */
@unmanaged
export class BinaryCodes {
  aScale: usize;
  bScale: usize;
  yScale: usize;
  aZeroPoint: i32;
  bZeroPoint: i32;
  yZeroPoint: i32;
  /** 1 when all codes are s8, 0 for u8. */
  signed: i32;
  /** Codes of the result stay within these. */
  codeMin: i32;
  codeMax: i32;
  /** 0 add, 1 multiply. */
  op: i32;
}
