// A run whose elements share one scale. Per four elements: divide, NaN -> 0, clamp, add MAGIC (rounds), subtract
// bits(MAGIC) - zeroPoint, narrow. The division costs more than all the rest.
//
// The quotient is clamped to [qmin - zeroPoint, qmax - zeroPoint] before rounding instead of the code to [qmin, qmax]
// after it: both ends are integers, exact in f32, and rounding is monotone and keeps integers, so
// clamp(round(y) + z) = round(clamp(y)) + z. It also keeps |y| <= 65535 + 32768 < 2^22, as MAGIC needs.

import { quantizeOne } from '../../num/code';
import { storeCodes4, storeCodes16 } from '../../num/narrow';
import { MAGIC_BITS, MAGIC_PTR } from '../../num/rounding';

@inline
function quantize4(xPtr: usize, scale: v128, low: v128, high: v128, magic: v128, shift: v128): v128 {
  let quotient = f32x4.div(v128.load(xPtr), scale);
  quotient = v128.and(quotient, f32x4.eq(quotient, quotient));
  quotient = f32x4.pmin(high, f32x4.pmax(low, quotient));
  return i32x4.sub(f32x4.add(quotient, magic), shift);
}

export function quantizeRun<T>(
  xPtr: usize, qPtr: usize, count: u32,
  scale: f32, zeroPoint: i32, qmin: i32, qmax: i32,
): void {
  const scales = f32x4.splat(scale);
  const low = f32x4.splat(f32(qmin - zeroPoint));
  const high = f32x4.splat(f32(qmax - zeroPoint));
  const magic = v128.load32_splat(MAGIC_PTR);
  const shift = i32x4.splat(MAGIC_BITS - zeroPoint);
  let k: u32 = 0;

  for (; k + 16 <= count; k += 16) {
    const x = xPtr + (usize(k) << 2);
    storeCodes16<T>(
      qPtr + usize(k) * sizeof<T>(),
      quantize4(x, scales, low, high, magic, shift),
      quantize4(x + 16, scales, low, high, magic, shift),
      quantize4(x + 32, scales, low, high, magic, shift),
      quantize4(x + 48, scales, low, high, magic, shift),
    );
  }
  for (; k + 4 <= count; k += 4) {
    const codes = quantize4(xPtr + (usize(k) << 2), scales, low, high, magic, shift);
    storeCodes4<T>(qPtr + usize(k) * sizeof<T>(), codes);
  }
  for (; k < count; k++) {
    const code = quantizeOne(load<f32>(xPtr + (usize(k) << 2)), scale, zeroPoint, qmin, qmax);
    store<T>(qPtr + usize(k) * sizeof<T>(), <T>code);
  }
}
