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

/** Factors of scales are cut to this, so that nothing overflows: every code but the zero point saturates long before. */
const MOST_FACTOR: f32 = 1e30;

/** NaN, which only scales that are none give, is 0: the code is the zero point then. */
@inline
function finite(factor: f32): f32 {
  return factor == factor ? max<f32>(-MOST_FACTOR, min<f32>(MOST_FACTOR, factor)) : 0;
}

/** What the product of two codes is multiplied with. */
export function productFactor(codes: BinaryCodes): f32 {
  return finite((load<f32>(codes.aScale) * load<f32>(codes.bScale)) / load<f32>(codes.yScale));
}

/** What the codes of the operand with its scale at `scalePtr` are multiplied with. */
export function sumFactor(codes: BinaryCodes, scalePtr: usize): f32 {
  return finite(load<f32>(scalePtr) / load<f32>(codes.yScale));
}
