// What becomes of a tile's sums: integers, floats or codes, written with the stride of the output. Multipliers of codes are
// finite (num/product-columns.ts), so no value is NaN; else this is num/requantize.ts on four lanes.

import { MAGIC_BITS } from '../../num/rounding';
import { roundingMagic } from '../../num/lanes';
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

/** Four sums as codes in 32 bits, not below the least one. To clamp before rounding to an integer is to clamp after it, and num/lanes.ts
 *  says why nothing has to be cut above. */
@inline
function coded(sums: v128, multipliers: v128, least: v128, magic: v128, shift: v128): v128 {
  return i32x4.sub(f32x4.add(f32x4.pmax(least, f32x4.mul(f32x4.convert_i32x4_s(sums), multipliers)), magic), shift);
}

/** Eight sums of a row as 16 bits. Constants are loaded where they are used: live over a loop, they would spill sums. */
@inline
function words(first: v128, second: v128, multipliersPtr: usize, constants: usize): v128 {
  const least = v128.load(constants);
  const shift = v128.load(constants, 16);
  const magic = roundingMagic();
  return i16x8.narrow_i32x4_s(
    coded(first, v128.load(multipliersPtr), least, magic, shift),
    coded(second, v128.load(multipliersPtr, 16), least, magic, shift),
  );
}

/** Codes of two rows, not above the most. Signed ones are computed as unsigned ones, moved by 128, and turned here. */
@inline
function codes(above: v128, below: v128, constants: usize): v128 {
  const cut = i8x16.min_u(i8x16.narrow_i16x8_u(above, below), v128.load32_splat(constants, 32));
  return v128.xor(cut, v128.load32_splat(constants, 36));
}

/** Whether rows of a panel with `columns` end as eight codes each. */
@inline
export function endsAsCodes(args: ProductArgs, columns: usize): bool {
  return args.ending > END_F32 && columns == PANEL_COLUMNS;
}

/** Two rows of eight codes, of their sums in registers, the first four columns of each row before the last. */
@inline
export function storeTwo(
  first0: v128, last0: v128, first1: v128, last1: v128,
  outPtr: usize, stride: usize, multipliersPtr: usize, constants: usize,
): void {
  const above = words(first0, last0, multipliersPtr, constants);
  const two = codes(above, words(first1, last1, multipliersPtr, constants), constants);
  v128.store64_lane(outPtr, two, 0);
  v128.store64_lane(outPtr + stride, two, 1);
}

/** Four rows of eight codes, of their sums as storeTwo has them; all constants are loaded once. */
@inline
export function storeRows(
  first0: v128, last0: v128, first1: v128, last1: v128, first2: v128, last2: v128, first3: v128, last3: v128,
  outPtr: usize, stride: usize, multipliersPtr: usize, constants: usize,
): void {
  const row0 = words(first0, last0, multipliersPtr, constants);
  const row1 = words(first1, last1, multipliersPtr, constants);
  const row2 = words(first2, last2, multipliersPtr, constants);
  const row3 = words(first3, last3, multipliersPtr, constants);
  const above = codes(row0, row1, constants);
  const below = codes(row2, row3, constants);
  const third = outPtr + (stride << 1);
  v128.store64_lane(outPtr, above, 0);
  v128.store64_lane(outPtr + stride, above, 1);
  v128.store64_lane(third, below, 0);
  v128.store64_lane(third + stride, below, 1);
}

function finishCodes(
  args: ProductArgs, rows: usize, columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize,
): void {
  const constants = constantsOf(args);
  let sums = tileSums();
  for (; rows >= 2 && columns == PANEL_COLUMNS; rows -= 2) {
    storeTwo(
      v128.load(sums), v128.load(sums, 16), v128.load(sums, 32), v128.load(sums, 48),
      outPtr, stride, multipliersPtr, constants,
    );
    sums += 64;
    outPtr += stride << 1;
  }
  for (; rows > 0; rows--) {
    const row = words(v128.load(sums), v128.load(sums, 16), multipliersPtr, constants);
    v128.store(edgeOf(), codes(row, row, constants));
    for (let i: usize = 0; i < columns; i++) store<u8>(outPtr + i, load<u8>(edgeOf() + i));
    sums += 32;
    outPtr += stride;
  }
}

/** What codes end with, as u8: in four lanes the least code less the zero point of y, and MAGIC_BITS − that zero point; in 4 bytes
 *  the most code, and the bits turned in it. */
export function prepareConstants(args: ProductArgs): void {
  const constants = constantsOf(args);
  const turn = args.ending == END_I8 ? 128 : 0;
  const zeroPoint = (args.yZero == 0 ? 0 : <i32>load<u8>(args.yZero)) ^ turn;
  v128.store(constants, f32x4.splat(<f32>(((args.codeMin ^ turn) & 255) - zeroPoint)));
  v128.store(constants, i32x4.splat(MAGIC_BITS - zeroPoint), 16);
  store<u32>(constants, <u32>((args.codeMax ^ turn) & 255) * 0x01010101, 32);
  store<u32>(constants, <u32>turn * 0x01010101, 36);
}
