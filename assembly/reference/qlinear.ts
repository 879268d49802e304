// Operators of two tensors of codes, scalar and normative: kernels/qlinear says what the arguments are and equals it bit for
// bit.

import { BinaryCodes, productFactor, sumFactor } from '../abi/binary-codes';
import { nextRow, rowLength, rowOffset, rowStep } from '../layout/broadcast';
import { quantizeOne } from '../num/code';

@inline
function codeAt(ptr: usize, signed: bool): i32 {
  return signed ? <i32>load<i8>(ptr) : <i32>load<u8>(ptr);
}

export function binary_codes_u8(aPtr: usize, bPtr: usize, outPtr: usize, codesPtr: usize, block: usize): void {
  const codes = changetype<BinaryCodes>(codesPtr);
  const signed = codes.signed != 0;
  do {
    for (let i: usize = 0; i < rowLength(block); i++) {
      const a = codeAt(aPtr + rowOffset(block, 0) + i * rowStep(block, 0), signed) - codes.aZeroPoint;
      const b = codeAt(bPtr + rowOffset(block, 1) + i * rowStep(block, 1), signed) - codes.bZeroPoint;
      const y =
        codes.op == 1
          ? <f32>(a * b) * productFactor(codes)
          : <f32>a * sumFactor(codes, codes.aScale) + <f32>b * sumFactor(codes, codes.bScale);
      store<u8>(outPtr++, <u8>quantizeOne(y, 1, codes.yZeroPoint, codes.codeMin, codes.codeMax));
    }
  } while (nextRow(block));
}
