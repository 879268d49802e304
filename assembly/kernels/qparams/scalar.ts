// Zero points of any integer type as the 32-bit numbers that kernels read. Scalar: there is one a channel, or one a
// block.

import { roundHalfToEven } from '../../num/rounding';

/** Element types of `kind`. */
const U8: u32 = 0;
const I8: u32 = 1;
const U16: u32 = 2;
const I16: u32 = 3;
const I32: u32 = 4;

@inline
function element(ptr: usize, index: usize, kind: u32): i32 {
  if (kind == U8) return <i32>load<u8>(ptr + index);
  if (kind == I8) return <i32>load<i8>(ptr + index);
  if (kind == U16) return <i32>load<u16>(ptr + (index << 1));
  if (kind == I16) return <i32>load<i16>(ptr + (index << 1));
  return load<i32>(ptr + (index << 2));
}

/** out[i] = codes[i · step] + shift for `count` elements; step 0 repeats one. codesPtr 0 stands for zeros.
 *  kind: 0 u8, 1 i8, 2 u16, 3 i16, 4 i32 */
export function widen_codes_i32(
  codesPtr: usize, outPtr: usize, count: usize, step: usize, kind: u32, shift: i32,
): void {
  for (let i: usize = 0; i < count; i++) {
    const code = codesPtr == 0 ? 0 : element(codesPtr, i * step, kind);
    store<i32>(outPtr + (i << 2), code + shift);
  }
}

/** out[i] = fl(fl(fl(alpha · a) · b[i · step]) / y) for `count` elements, the multiplier of a sum of products of codes
 *  with the scales a and b into codes with the scale y. yPtr 0 leaves the division out. */
export function multipliers_f32(
  outPtr: usize, count: usize, alpha: f32, aPtr: usize, bPtr: usize, step: usize, yPtr: usize,
): void {
  const a = alpha * load<f32>(aPtr);
  for (let i: usize = 0; i < count; i++) {
    const product = a * load<f32>(bPtr + ((i * step) << 2));
    store<f32>(outPtr + (i << 2), yPtr == 0 ? product : product / load<f32>(yPtr));
  }
}

/** The scale and uint8 zero point that DynamicQuantizeLinear gives numbers in [min, max], both of which include 0:
 *
 *    scale = (max − min) / 255, 1 for no range at all      zero point = roundHalfToEven(clamp(−min / scale, 0, 255))
 *
 *  A zero point that is NaN (infinite numbers, a range that underflows) is 0. */
export function dynamic_scale_u8(minPtr: usize, maxPtr: usize, scalePtr: usize, zeroPointPtr: usize): void {
  const low = load<f32>(minPtr);
  const high = load<f32>(maxPtr);
  const scale: f32 = low == high ? 1 : (high - low) / 255;
  const steps: f32 = 0 - low / scale;
  store<f32>(scalePtr, scale);
  store<u8>(zeroPointPtr, steps > 0 ? <u8>roundHalfToEven(min<f32>(steps, 255)) : 0);
}
