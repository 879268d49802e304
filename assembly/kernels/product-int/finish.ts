// What becomes of a tile's sums: integers, floats or codes, written with the stride of the output. Multipliers of codes are
// finite (prepare.ts), so no value is NaN; else this is num/requantize.ts on four lanes.

import { MAGIC_BITS } from '../../num/rounding';
import { quotientFloor, roundingMagic } from '../../num/lanes';
import { constantsOf, END_F32, END_I32, END_I8, PANEL_COLUMNS, ProductArgs } from '../../abi/product-args';
import { edgeOf, tileSums } from './tiles';

@inline
function scaled(sumsPtr: usize, multipliers: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(v128.load(sumsPtr)), multipliers);
}

/** Rows of the tile to outPtr, `stride` bytes apart. Only the first `columns` (1-8) exist. */
export function finishTile(
  args: ProductArgs, rows: usize, columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize, addendPtr: usize,
): void {
  if (args.ending > END_F32) return finishCodes(args, rows, columns, outPtr, stride, multipliersPtr);
  const low = v128.load(multipliersPtr);
  const high = v128.load(multipliersPtr, 16);
  const edge = edgeOf();
  for (let row: usize = 0; row < rows; row++, outPtr += stride) {
    const sums = tileSums() + (row << 5);
    const to = columns == PANEL_COLUMNS ? outPtr : edge;
    if (args.ending == END_I32) {
      v128.store(to, v128.load(sums));
      v128.store(to, v128.load(sums, 16), 16);
    } else {
      v128.store(to, scaled(sums, low));
      v128.store(to, scaled(sums + 16, high), 16);
    }
    for (let i: usize = 0; columns < PANEL_COLUMNS && i < columns << 2; i += 4) store<u32>(outPtr + i, load<u32>(edge + i));
    for (let i: usize = 0; addendPtr != 0 && i < columns << 2; i += 4) {
      store<f32>(outPtr + i, load<f32>(outPtr + i) + load<f32>(addendPtr + i));
    }
  }
}

function finishCodes(
  args: ProductArgs, rows: usize, columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize,
): void {
  const low = v128.load(multipliersPtr);
  const high = v128.load(multipliersPtr, 16);
  const floor = quotientFloor();
  const magic = roundingMagic();
  const shift = v128.load(constantsOf(args));
  const least = v128.load(constantsOf(args), 16);
  const most = v128.load(constantsOf(args), 32);
  const signed = args.ending == END_I8;
  const edge = edgeOf();
  let sumsPtr = tileSums();
  for (const end = sumsPtr + (rows << 5); sumsPtr < end; sumsPtr += 32) {
    const first = i32x4.sub(f32x4.add(f32x4.pmax(floor, scaled(sumsPtr, low)), magic), shift);
    const second = i32x4.sub(f32x4.add(f32x4.pmax(floor, scaled(sumsPtr + 16, high)), magic), shift);
    const words = i16x8.narrow_i32x4_s(first, second);
    let codes: v128;
    if (signed) codes = i8x16.max_s(i8x16.min_s(i8x16.narrow_i16x8_s(words, words), most), least);
    else codes = i8x16.max_u(i8x16.min_u(i8x16.narrow_i16x8_u(words, words), most), least);
    if (columns == PANEL_COLUMNS) v128.store64_lane(outPtr, codes, 0);
    else {
      v128.store(edge, codes);
      for (let i: usize = 0; i < columns; i++) store<u8>(outPtr + i, load<u8>(edge + i));
    }
    outPtr += stride;
  }
}

/** Constants of codes in all lanes: MAGIC_BITS − zero point of y, the least and the most code. */
export function prepareConstants(args: ProductArgs): void {
  let zeroPoint = 0;
  if (args.yZero != 0) zeroPoint = args.ending == END_I8 ? <i32>load<i8>(args.yZero) : <i32>load<u8>(args.yZero);
  v128.store(constantsOf(args), i32x4.splat(MAGIC_BITS - zeroPoint));
  v128.store(constantsOf(args), i8x16.splat(<i8>args.codeMin), 16);
  v128.store(constantsOf(args), i8x16.splat(<i8>args.codeMax), 32);
}
