// A run whose elements use consecutive scales and zero points: the steps of run.ts with vectors for constants.

import { codes4, quotientFloor, roundingMagic } from '../../num/lanes';
import { storeCode, storeCodes4, storeCodes16 } from '../../num/narrow';

@inline
function codesAt(xPtr: usize, scalePtr: usize, zeroPointPtr: usize, offset: usize, floor: v128, magic: v128): v128 {
  const shift = i32x4.sub(magic, v128.load(zeroPointPtr + offset));
  return codes4(v128.load(xPtr + offset), v128.load(scalePtr + offset), shift, floor, magic);
}

@inline
export function quantizeRow<T>(
  xPtr: usize, qPtr: usize, count: u32,
  scalePtr: usize, zeroPointPtr: usize, qmin: i32, qmax: i32,
): void {
  const floor = quotientFloor();
  const magic = roundingMagic();
  const qmins = v128.splat<T>(<T>qmin);
  const qmaxs = v128.splat<T>(<T>qmax);
  let at: usize = 0;

  for (; count >= 16; count -= 16) {
    storeCodes16<T>(
      qPtr,
      codesAt(xPtr, scalePtr, zeroPointPtr, at, floor, magic),
      codesAt(xPtr, scalePtr, zeroPointPtr, at + 16, floor, magic),
      codesAt(xPtr, scalePtr, zeroPointPtr, at + 32, floor, magic),
      codesAt(xPtr, scalePtr, zeroPointPtr, at + 48, floor, magic),
      qmins, qmaxs,
    );
    at += 64;
    qPtr += 16 * sizeof<T>();
  }
  for (; count >= 4; count -= 4) {
    storeCodes4<T>(qPtr, codesAt(xPtr, scalePtr, zeroPointPtr, at, floor, magic), qmins, qmaxs);
    at += 16;
    qPtr += 4 * sizeof<T>();
  }
  for (; count != 0; count--) {
    const shift = i32x4.sub(magic, v128.load32_splat(zeroPointPtr + at));
    const codes = codes4(v128.load32_splat(xPtr + at), v128.load32_splat(scalePtr + at), shift, floor, magic);
    storeCode<T>(qPtr, codes, qmins, qmaxs);
    at += 4;
    qPtr += sizeof<T>();
  }
}
