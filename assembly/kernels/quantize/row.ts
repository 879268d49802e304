// A run whose elements use consecutive scales and zero points: the same steps as run.ts with vectors for constants,
// and with the two-step clamp of num/code.ts, whose first limits do not depend on the zero point.

import { quantizeOne, QUOTIENT_LIMIT_PTR } from '../../num/code';
import { storeCodes4, storeCodes16 } from '../../num/narrow';
import { MAGIC_PTR } from '../../num/rounding';

@inline
function quantize4(
  xPtr: usize, scalePtr: usize, zeroPointPtr: usize,
  low: v128, high: v128, magic: v128, qmin: v128, qmax: v128,
): v128 {
  let quotient = f32x4.div(v128.load(xPtr), v128.load(scalePtr));
  quotient = v128.and(quotient, f32x4.eq(quotient, quotient));
  quotient = f32x4.pmin(high, f32x4.pmax(low, quotient));
  // The vector MAGIC is its own bit pattern: as i32 lanes it reads MAGIC_BITS.
  const rounded = i32x4.sub(f32x4.add(quotient, magic), magic);
  return i32x4.max_s(qmin, i32x4.min_s(qmax, i32x4.add(rounded, v128.load(zeroPointPtr))));
}

export function quantizeRow<T>(
  xPtr: usize, qPtr: usize, count: u32,
  scalePtr: usize, zeroPointPtr: usize, qmin: i32, qmax: i32,
): void {
  const high = v128.load32_splat(QUOTIENT_LIMIT_PTR);
  const low = f32x4.neg(high);
  const magic = v128.load32_splat(MAGIC_PTR);
  const qmins = i32x4.splat(qmin);
  const qmaxs = i32x4.splat(qmax);
  let k: u32 = 0;

  for (; k + 16 <= count; k += 16) {
    const at = usize(k) << 2;
    storeCodes16<T>(
      qPtr + usize(k) * sizeof<T>(),
      quantize4(xPtr + at, scalePtr + at, zeroPointPtr + at, low, high, magic, qmins, qmaxs),
      quantize4(xPtr + at + 16, scalePtr + at + 16, zeroPointPtr + at + 16, low, high, magic, qmins, qmaxs),
      quantize4(xPtr + at + 32, scalePtr + at + 32, zeroPointPtr + at + 32, low, high, magic, qmins, qmaxs),
      quantize4(xPtr + at + 48, scalePtr + at + 48, zeroPointPtr + at + 48, low, high, magic, qmins, qmaxs),
    );
  }
  for (; k + 4 <= count; k += 4) {
    const at = usize(k) << 2;
    storeCodes4<T>(
      qPtr + usize(k) * sizeof<T>(),
      quantize4(xPtr + at, scalePtr + at, zeroPointPtr + at, low, high, magic, qmins, qmaxs),
    );
  }
  for (; k < count; k++) {
    const at = usize(k) << 2;
    const scale = load<f32>(scalePtr + at);
    const code = quantizeOne(load<f32>(xPtr + at), scale, load<i32>(zeroPointPtr + at), qmin, qmax);
    store<T>(qPtr + usize(k) * sizeof<T>(), <T>code);
  }
}
