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

/** Eight codes of a row as 16 bits, not yet saturated to 8. */
@inline
function words(sumsPtr: usize, low: v128, high: v128, floor: v128, magic: v128, shift: v128): v128 {
  const first = i32x4.sub(f32x4.add(f32x4.pmax(floor, scaled(sumsPtr, low)), magic), shift);
  const second = i32x4.sub(f32x4.add(f32x4.pmax(floor, scaled(sumsPtr + 16, high)), magic), shift);
  return i16x8.narrow_i32x4_s(first, second);
}

/** Signed codes are computed as unsigned ones, moved by 128, and turned at the end. Two rows share a vector. */
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
  const turn = i8x16.splat(args.ending == END_I8 ? -128 : 0);
  let sums = tileSums();
  for (; rows >= 2 && columns == PANEL_COLUMNS; rows -= 2) {
    const above = words(sums, low, high, floor, magic, shift);
    const below = words(sums + 32, low, high, floor, magic, shift);
    const codes = v128.xor(i8x16.max_u(i8x16.min_u(i8x16.narrow_i16x8_u(above, below), most), least), turn);
    v128.store64_lane(outPtr, codes, 0);
    v128.store64_lane(outPtr + stride, codes, 1);
    sums += 64;
    outPtr += stride << 1;
  }
  for (; rows > 0; rows--) {
    const row = words(sums, low, high, floor, magic, shift);
    const codes = v128.xor(i8x16.max_u(i8x16.min_u(i8x16.narrow_i16x8_u(row, row), most), least), turn);
    v128.store(edgeOf(), codes);
    for (let i: usize = 0; i < columns; i++) store<u8>(outPtr + i, load<u8>(edgeOf() + i));
    sums += 32;
    outPtr += stride;
  }
}

/** Constants of codes in all lanes: MAGIC_BITS − zero point of y, the least and the most code; of u8. */
export function prepareConstants(args: ProductArgs): void {
  const turn = args.ending == END_I8 ? 128 : 0;
  const zeroPoint = (args.yZero == 0 ? 0 : <i32>load<u8>(args.yZero)) ^ turn;
  v128.store(constantsOf(args), i32x4.splat(MAGIC_BITS - zeroPoint));
  v128.store(constantsOf(args), i8x16.splat(<i8>(args.codeMin ^ turn)), 16);
  v128.store(constantsOf(args), i8x16.splat(<i8>(args.codeMax ^ turn)), 32);
}
