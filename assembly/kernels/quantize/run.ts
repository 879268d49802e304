// A run whose elements share one scale: sixteen elements a round, then four, then one.
// num/lanes.ts has the steps.
//
// The division sets the pace, about three cycles for four elements, and the rest hides behind it. The way around it,
// exact for 8-bit codes, is p = x · fl(1/scale), which differs from fl(x/scale) by less than 3.01 · 2^-24 · |p| < 2^-14
// where it matters (|p| <= 256), and to divide only when some |p - round(p)| comes that close to 1/2. The check needs
// five more operations for four elements and is slower than the division on the machines tried.

import { codes4, quotientFloor, roundingMagic } from '../../num/lanes';
import { storeCode, storeCodes4, storeCodes16 } from '../../num/narrow';
import { MAGIC_BITS } from '../../num/rounding';

@inline
export function quantizeRun<T>(
  xPtr: usize, qPtr: usize, count: u32,
  scale: f32, zeroPoint: i32, qmin: i32, qmax: i32,
): void {
  const scales = f32x4.splat(scale);
  const shift = i32x4.splat(MAGIC_BITS - zeroPoint);
  const floor = quotientFloor();
  const magic = roundingMagic();
  const qmins = v128.splat<T>(<T>qmin);
  const qmaxs = v128.splat<T>(<T>qmax);

  for (; count >= 16; count -= 16) {
    storeCodes16<T>(
      qPtr,
      codes4(v128.load(xPtr), scales, shift, floor, magic),
      codes4(v128.load(xPtr, 16), scales, shift, floor, magic),
      codes4(v128.load(xPtr, 32), scales, shift, floor, magic),
      codes4(v128.load(xPtr, 48), scales, shift, floor, magic),
      qmins, qmaxs,
    );
    xPtr += 64;
    qPtr += 16 * sizeof<T>();
  }
  for (; count >= 4; count -= 4) {
    storeCodes4<T>(qPtr, codes4(v128.load(xPtr), scales, shift, floor, magic), qmins, qmaxs);
    xPtr += 16;
    qPtr += 4 * sizeof<T>();
  }
  for (; count != 0; count--) {
    storeCode<T>(qPtr, codes4(v128.load32_splat(xPtr), scales, shift, floor, magic), qmins, qmaxs);
    xPtr += 4;
    qPtr += sizeof<T>();
  }
}
