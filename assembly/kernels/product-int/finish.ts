// What becomes of a tile's sums: integers, floats or codes, written with the stride of the output. Multipliers of codes are
// finite (prepare.ts), so no value is NaN; else this is num/requantize.ts on four lanes.

import { MAGIC, MAGIC_BITS } from '../../num/rounding';
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
 *  says why nothing has to be cut above. Constants are loaded where they are used: live over a loop, they would spill sums. */
@inline
function coded(sums: v128, multipliers: v128, constants: usize): v128 {
  const quotients = f32x4.pmax(v128.load32_splat(constants), f32x4.mul(f32x4.convert_i32x4_s(sums), multipliers));
  return i32x4.sub(f32x4.add(quotients, v128.load32_splat(constants, 4)), v128.load32_splat(constants, 8));
}

/** Eight codes of a row in 16 bits. */
@inline
function words(first: v128, second: v128, low: v128, high: v128, constants: usize): v128 {
  return i16x8.narrow_i32x4_s(coded(first, low, constants), coded(second, high, constants));
}

/** Codes of two rows, not above the most. Signed ones are computed as unsigned ones, moved by 128, and turned here. */
@inline
function bytes(above: v128, below: v128, constants: usize): v128 {
  const codes = i8x16.min_u(i8x16.narrow_i16x8_u(above, below), v128.load32_splat(constants, 12));
  return v128.xor(codes, v128.load32_splat(constants, 16));
}

/** Two rows of eight codes, of their sums in registers. */
@inline
export function storeTwo(
  first: v128, second: v128, third: v128, fourth: v128, outPtr: usize, stride: usize, multipliersPtr: usize, constants: usize,
): void {
  const low = v128.load(multipliersPtr);
  const high = v128.load(multipliersPtr, 16);
  const codes = bytes(
    words(first, second, low, high, constants), words(third, fourth, low, high, constants), constants,
  );
  v128.store64_lane(outPtr, codes, 0);
  v128.store64_lane(outPtr + stride, codes, 1);
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
  const low = v128.load(multipliersPtr);
  const high = v128.load(multipliersPtr, 16);
  for (; rows > 0; rows--) {
    const row = words(v128.load(sums), v128.load(sums, 16), low, high, constants);
    v128.store(edgeOf(), bytes(row, row, constants));
    for (let i: usize = 0; i < columns; i++) store<u8>(outPtr + i, load<u8>(edgeOf() + i));
    sums += 32;
    outPtr += stride;
  }
}

/** What codes end with, 4 bytes each: the least code less the zero point of y, MAGIC, MAGIC_BITS − that zero point, the most code and
 *  the bits turned in it; of u8. */
export function prepareConstants(args: ProductArgs): void {
  const constants = constantsOf(args);
  const turn = args.ending == END_I8 ? 128 : 0;
  const zeroPoint = (args.yZero == 0 ? 0 : <i32>load<u8>(args.yZero)) ^ turn;
  store<f32>(constants, <f32>(((args.codeMin ^ turn) & 255) - zeroPoint));
  store<f32>(constants, MAGIC, 4);
  store<i32>(constants, MAGIC_BITS - zeroPoint, 8);
  v128.store32_lane(constants, i8x16.splat(<i8>(args.codeMax ^ turn)), 0, 12);
  v128.store32_lane(constants, i8x16.splat(<i8>turn), 0, 16);
}
