// Packed B, in one of four forms. w is the code less its zero point, in panels of 8 columns, depth filled up with zeros to
// whole groups of 4:
//
//   header: forms allowed (i32), 64 bytes | sums of the columns, i32 | panels, a group of the convolution after another
//
//   WIDE    s16, any w    a pair of depths:   | (k0 k1) of column 0 | ... | of column 7 |          32 bytes
//   THIN    s8            a pair of depths:   the same in bytes                                    16 bytes
//   DOT     s8            a group of 4:       | (k0 k1 k2 k3) of column 0 | ... | of column 7 |    32 bytes
//   PAIRS   as DOT; and in each pair of depths the positive w sum to at most 128, the negative to at least −128
//
// WIDE and THIN meet A as s16 less its zero point: nothing is left to correct. DOT and PAIRS meet u8 as it lies, and
// zero point · column sum is taken off the bias. PAIRS: 255 · ±128 and all between fits 16 bits, where the machine may
// saturate (pmaddubsw), so sums of pairs are exact. THIN is for few rows, where reading B is what takes the time.

import { paddedColumns, PANEL_COLUMNS, panelsOf, Weights } from '../../abi/product-args';
import { paddedDepth } from './rows';

/** Forms as bits of what is allowed; WIDE always is. */
export const DOT: i32 = 1;
export const PAIRS: i32 = 2;
export const THIN: i32 = 4;

const HEADER_BYTES: usize = 64;
/** Of a pair of s8 times u8. */
const PAIR_LIMIT: i32 = 128;

@inline
export function sumsOf(packedPtr: usize): usize {
  return packedPtr + HEADER_BYTES;
}

@inline
export function panelsStart(packedPtr: usize, groups: usize, outputs: usize): usize {
  return packedPtr + HEADER_BYTES + ((paddedColumns(groups, outputs) * 4 + 63) & ~63);
}

/** The form of packed B: one bit, or 0 for WIDE. */
@inline
export function formOf(packedPtr: usize): i32 {
  const allowed = load<i32>(packedPtr);
  return allowed & -allowed;
}

@inline
export function panelBytes(form: i32, depth: usize): usize {
  return form == 0 ? depth << 4 : depth << 3;
}

/** Bytes of packed B. `wide` 0 is for weights that are known to fit 8 bits less their zero points. */
export function product_int_packed_bytes(groups: usize, outputs: usize, k: usize, wide: u32): usize {
  const panels = groups * panelsOf(outputs) * panelBytes(wide ? 0 : DOT, paddedDepth(k));
  return panelsStart(0, groups, outputs) + panels;
}

@inline
function codeAt(ptr: usize, signed: u32): i32 {
  return signed ? <i32>load<i8>(ptr) : <i32>load<u8>(ptr);
}

@inline
function zeroOf(weights: Weights, column: usize): i32 {
  return weights.zeroPtr == 0 ? 0 : codeAt(weights.zeroPtr + column * weights.zeroStep, weights.signed);
}

/** Starts packing: `allowed` are the forms that machine and caller want. */
export function product_int_begin(packedPtr: usize, allowed: i32): void {
  store<i32>(packedPtr, allowed);
}

/** Takes away the forms that columns [first, end), counted through all groups, do not fit. Before any is packed. */
export function product_int_check(weightsPtr: usize, packedPtr: usize, first: usize, end: usize): void {
  const weights = changetype<Weights>(weightsPtr);
  let allowed = load<i32>(packedPtr);
  for (let column = first; column < end && allowed != 0; column++) {
    const zero = zeroOf(weights, column);
    let tapPtr = weights.ptr + column * weights.columnStride;
    let outside = 0;
    let pairs = true;
    let depth: usize = 0;
    let before = 0;
    for (let tap: usize = 0; tap < weights.taps; tap++, tapPtr += weights.tapStride) {
      let ptr = tapPtr;
      for (let channel: usize = 0; channel < weights.channels; channel++, ptr += weights.channelStride, depth++) {
        const value = codeAt(ptr, weights.signed) - zero;
        outside |= value + 128;
        if ((depth & 1) == 1) {
          if (max(value, 0) + max(before, 0) > PAIR_LIMIT || min(value, 0) + min(before, 0) < -PAIR_LIMIT) pairs = false;
        }
        before = value;
      }
    }
    // A last depth without a partner meets a zero: any s8 fits.
    if (outside & ~255) allowed = 0;
    if (!pairs) allowed &= ~PAIRS;
  }
  store<i32>(packedPtr, allowed);
}

/** Packs panels [first, end), counted through all groups. */
export function product_int_pack(weightsPtr: usize, packedPtr: usize, first: usize, end: usize): void {
  const weights = changetype<Weights>(weightsPtr);
  const form = formOf(packedPtr);
  const k = weights.channels * weights.taps;
  const bytes = panelBytes(form, paddedDepth(k));
  const perGroup = panelsOf(weights.outputs);
  let panelPtr = panelsStart(packedPtr, weights.groups, weights.outputs) + first * bytes;
  for (let panel = first; panel < end; panel++, panelPtr += bytes) {
    const inGroup = (panel % perGroup) * PANEL_COLUMNS;
    const columns = min(PANEL_COLUMNS, weights.outputs - inGroup);
    const column = (panel / perGroup) * weights.outputs + inGroup;
    const sumPtr = sumsOf(packedPtr) + ((panel * PANEL_COLUMNS) << 2);
    if (form == 0 && weights.columnStride == 1 && weights.taps == 1 && columns == PANEL_COLUMNS) {
      packRows(weights, column, k, panelPtr);
      continue;
    }
    memory.fill(panelPtr, 0, bytes);
    memory.fill(sumPtr, 0, PANEL_COLUMNS << 2);
    const eight = columns == PANEL_COLUMNS && weights.taps == 1 && weights.channelStride == 1;
    const packed = eight ? packEight(weights, form, column, panelPtr, sumPtr) : 0;
    for (let i: usize = 0; i < columns; i++) {
      const sum = packColumn(weights, form, column + i, panelPtr, i, packed);
      store<i32>(sumPtr + (i << 2), load<i32>(sumPtr + (i << 2)) + sum);
    }
  }
}

/** Eight codes of one column less its zero point. */
@inline
function eightCodes(weights: Weights, column: usize, depth: usize): v128 {
  const ptr = weights.ptr + column * weights.columnStride + depth;
  const codes = weights.signed ? v128.load8x8_s(ptr) : v128.load8x8_u(ptr);
  return i16x8.sub(codes, i16x8.splat(<i16>zeroOf(weights, column)));
}

/** Four columns that lie depth by depth, eight depths of each: pairs of depths of all four, 32 bytes apart, and
 *  their sums.
 *
 *    column 0: | p0 p1 p2 p3 |            | p0 of columns 0 … 3 |
 *    column 1: | p0 p1 p2 p3 |     ──►    | p1 of columns 0 … 3 |
 *    …                                    …                                   */
@inline
function turnFour(weights: Weights, column: usize, depth: usize, toPtr: usize, sumPtr: usize): void {
  const a = eightCodes(weights, column, depth);
  const b = eightCodes(weights, column + 1, depth);
  const c = eightCodes(weights, column + 2, depth);
  const d = eightCodes(weights, column + 3, depth);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  const p0 = v128.shuffle<i64>(ab0, cd0, 0, 2);
  const p1 = v128.shuffle<i64>(ab0, cd0, 1, 3);
  const p2 = v128.shuffle<i64>(ab1, cd1, 0, 2);
  const p3 = v128.shuffle<i64>(ab1, cd1, 1, 3);
  v128.store(toPtr, p0);
  v128.store(toPtr, p1, 32);
  v128.store(toPtr, p2, 64);
  v128.store(toPtr, p3, 96);
  const sums = i32x4.add(
    i32x4.add(i32x4.extadd_pairwise_i16x8_s(p0), i32x4.extadd_pairwise_i16x8_s(p1)),
    i32x4.add(i32x4.extadd_pairwise_i16x8_s(p2), i32x4.extadd_pairwise_i16x8_s(p3)),
  );
  v128.store(sumPtr, i32x4.add(v128.load(sumPtr), sums));
}

/** Eight depths of eight columns as WIDE has them. */
const EIGHT = memory.data(128, 16);

/** Eight columns that lie depth by depth, eight depths at a time; sums are added to. @returns the depths packed */
function packEight(weights: Weights, form: i32, column: usize, panelPtr: usize, sumPtr: usize): usize {
  const whole = weights.channels & ~7;
  for (let depth: usize = 0; depth < whole; depth += 8) {
    const toPtr = form == 0 ? panelPtr + (depth << 4) : EIGHT;
    turnFour(weights, column, depth, toPtr, sumPtr);
    turnFour(weights, column + 4, depth, toPtr + 16, sumPtr + 16);
    if (form == 0) continue;
    // What these forms hold fits s8: narrowing does not saturate.
    const bytesPtr = panelPtr + (depth << 3);
    const p0 = i8x16.narrow_i16x8_s(v128.load(EIGHT), v128.load(EIGHT, 16));
    const p1 = i8x16.narrow_i16x8_s(v128.load(EIGHT, 32), v128.load(EIGHT, 48));
    const p2 = i8x16.narrow_i16x8_s(v128.load(EIGHT, 64), v128.load(EIGHT, 80));
    const p3 = i8x16.narrow_i16x8_s(v128.load(EIGHT, 96), v128.load(EIGHT, 112));
    const thin = form == THIN;
    v128.store(bytesPtr, thin ? p0 : v128.shuffle<i16>(p0, p1, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(bytesPtr, thin ? p1 : v128.shuffle<i16>(p0, p1, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    v128.store(bytesPtr, thin ? p2 : v128.shuffle<i16>(p2, p3, 0, 8, 1, 9, 2, 10, 3, 11), 32);
    v128.store(bytesPtr, thin ? p3 : v128.shuffle<i16>(p2, p3, 4, 12, 5, 13, 6, 14, 7, 15), 48);
  }
  return whole;
}

/** Packs a column from depth `begin` on, which is 0 for more than one tap. @returns the sum of what it packs */
function packColumn(weights: Weights, form: i32, column: usize, panelPtr: usize, place: usize, begin: usize): i32 {
  const zero = zeroOf(weights, column);
  let tapPtr = weights.ptr + column * weights.columnStride + begin * weights.channelStride;
  let depth: usize = begin;
  let sum = 0;
  for (let tap: usize = 0; tap < weights.taps; tap++, tapPtr += weights.tapStride) {
    let ptr = tapPtr;
    for (let channel: usize = begin; channel < weights.channels; channel++, ptr += weights.channelStride, depth++) {
      const value = codeAt(ptr, weights.signed) - zero;
      sum += value;
      if (form == 0) store<i16>(panelPtr + ((depth >> 1) << 5) + (place << 2) + ((depth & 1) << 1), <i16>value);
      else if (form == THIN) store<i8>(panelPtr + ((depth >> 1) << 4) + (place << 1) + (depth & 1), <i8>value);
      else store<i8>(panelPtr + ((depth >> 2) << 5) + (place << 2) + (depth & 3), <i8>value);
    }
  }
  return sum;
}

/** Eight columns of a row-major matrix as WIDE: two rows interleaved at a time. Sums of columns are not needed there. */
function packRows(weights: Weights, column: usize, k: usize, panelPtr: usize): void {
  const signed = weights.signed;
  let zeros = i16x8.splat(0);
  if (weights.zeroPtr != 0) {
    const ptr = weights.zeroPtr + column * weights.zeroStep;
    if (weights.zeroStep == 0) zeros = i16x8.splat(<i16>codeAt(ptr, signed));
    else zeros = signed ? v128.load8x8_s(ptr) : v128.load8x8_u(ptr);
  }
  let ptr = weights.ptr + column;
  const rowBytes = weights.channelStride;
  const end = panelPtr + (paddedDepth(k) << 4);
  for (let row: usize = 0; row < k; row += 2, panelPtr += 32) {
    const first = i16x8.sub(signed ? v128.load8x8_s(ptr) : v128.load8x8_u(ptr), zeros);
    let second = i16x8.splat(0);
    if (row + 1 < k) {
      second = i16x8.sub(signed ? v128.load8x8_s(ptr + rowBytes) : v128.load8x8_u(ptr + rowBytes), zeros);
    }
    v128.store(panelPtr, v128.shuffle<i16>(first, second, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(panelPtr, v128.shuffle<i16>(first, second, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    ptr += rowBytes << 1;
  }
  if (panelPtr < end) memory.fill(panelPtr, 0, end - panelPtr);
}
