// Operators of two tensors of codes, scalar and normative: kernels/qlinear says what the arguments are and equals it bit for
// bit.

import { BinaryCodes } from '../abi/binary-codes';
import { nextRow, rowLength, rowOffset, rowStep } from '../layout/broadcast';
import { dequantizeOne, quantizeOne } from '../num/code';

@inline
function codeAt(ptr: usize, signed: bool): i32 {
  return signed ? <i32>load<i8>(ptr) : <i32>load<u8>(ptr);
}

export function binary_codes_u8(aPtr: usize, bPtr: usize, outPtr: usize, codesPtr: usize, block: usize): void {
  const codes = changetype<BinaryCodes>(codesPtr);
  const signed = codes.signed != 0;
  do {
    for (let i: usize = 0; i < rowLength(block); i++) {
      const a = codeAt(aPtr + rowOffset(block, 0) + i * rowStep(block, 0), signed);
      const b = codeAt(bPtr + rowOffset(block, 1) + i * rowStep(block, 1), signed);
      const x = dequantizeOne(a, load<f32>(codes.aScale), codes.aZeroPoint);
      const y = dequantizeOne(b, load<f32>(codes.bScale), codes.bZeroPoint);
      const value = codes.op == 1 ? x * y : x + y;
      const scale = load<f32>(codes.yScale);
      store<u8>(outPtr++, <u8>quantizeOne(value, scale, codes.yZeroPoint, codes.codeMin, codes.codeMax));
    }
  } while (nextRow(block));
}
