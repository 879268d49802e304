// What a resize needs around its passes, without SIMD: integers as floats and back, and outputs that lie outside a crop.

export function resize_widen_i8(xPtr: usize, outPtr: usize, count: u32): void {
  widen<i8>(xPtr, outPtr, count);
}

export function resize_widen_u8(xPtr: usize, outPtr: usize, count: u32): void {
  widen<u8>(xPtr, outPtr, count);
}

export function resize_widen_i32(xPtr: usize, outPtr: usize, count: u32): void {
  widen<i32>(xPtr, outPtr, count);
}

/** `nearest` = 1: rounds half up; 0: towards zero. Values beyond the type become its ends. */
export function resize_narrow_i8(xPtr: usize, outPtr: usize, count: u32, nearest: i32): void {
  narrow<i8>(xPtr, outPtr, count, nearest);
}

export function resize_narrow_u8(xPtr: usize, outPtr: usize, count: u32, nearest: i32): void {
  narrow<u8>(xPtr, outPtr, count, nearest);
}

export function resize_narrow_i32(xPtr: usize, outPtr: usize, count: u32, nearest: i32): void {
  narrow<i32>(xPtr, outPtr, count, nearest);
}

@inline
function widen<T>(xPtr: usize, outPtr: usize, count: u32): void {
  for (let k: usize = 0; k < usize(count); k++) store<f32>(outPtr + (k << 2), f32(load<T>(xPtr + k * sizeof<T>())));
}

@inline
function narrow<T>(xPtr: usize, outPtr: usize, count: u32, nearest: i32): void {
  for (let k: usize = 0; k < usize(count); k++) {
    let x = load<f32>(xPtr + (k << 2));
    if (nearest != 0) x = floor<f32>(x + 0.5);
    const whole = i32(x);
    const low = sizeof<T>() == 4 ? i32.MIN_VALUE : isSigned<T>() ? -128 : 0;
    const high = sizeof<T>() == 4 ? i32.MAX_VALUE : isSigned<T>() ? 127 : 255;
    store<T>(outPtr + k * sizeof<T>(), <T>min(max(whole, low), high));
  }
}

/** Writes the `elementBytes` bytes at valuePtr into every element of [outer, outputs, inner] whose coordinate lies outside
 *  [0, extent − 1]. */
export function resize_extrapolate(
  outPtr: usize, outer: u32, outputs: u32, inner: u32, coordinatesPtr: usize, extent: u32, valuePtr: usize,
  elementBytes: u32,
): void {
  const bytes = usize(inner) * elementBytes;
  for (let i: u32 = 0; i < outputs; i++) {
    const x = load<f32>(coordinatesPtr + (usize(i) << 2));
    if (x >= 0 && x <= f32(extent - 1)) continue;
    for (let o: u32 = 0; o < outer; o++) {
      const out = outPtr + (usize(o) * outputs + i) * bytes;
      for (let k: usize = 0; k < bytes; k++) store<u8>(out + k, load<u8>(valuePtr + k % usize(elementBytes)));
    }
  }
}
