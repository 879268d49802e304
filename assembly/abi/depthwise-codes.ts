// What a depthwise convolution of codes takes beside its shape: how codes are meant, and what its sums end with.

/** An argument block of 8 words of 32 bits. */
@unmanaged
export class DepthwiseCodes {
  /** Address of i32 [channels], or 0. */
  bias: usize;
  /** Address of float32 [channels]. */
  multiplier: usize;
  /** Zero points of x and of the output, as codes of their own type. */
  xZeroPoint: i32;
  yZeroPoint: i32;
  /** 1 for s8, 0 for u8. */
  xSigned: i32;
  ySigned: i32;
  /** Codes of the output stay within these. */
  codeMin: i32;
  codeMax: i32;
}
