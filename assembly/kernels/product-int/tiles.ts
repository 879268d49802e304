// The inner loops: a tile of rows of A by one panel of 8 columns, over the whole depth. Sums start at the bias. Those of a whole tile
// that ends as codes stay in registers; others are left in memory, 32 bytes a row, for finish.ts.
//
//   WIDE    4 x 8    8 accumulators, 2 registers of B, 1 of A     2 instructions for 8 products (dot, add): wide.ts
//   THIN    1 x 8    the same, weights widened while they are loaded
//   DOT     6 x 8    12 accumulators, 2 of B, 1 of A              1 instruction for 16 products (vpdpbusd): relaxed.ts
//   PAIRS   4 x 8    8 accumulators, 2 of B, 1 of A, ones         3 instructions for 16 products: relaxed.ts
//
// DOT and PAIRS read rows `pitch` bytes apart; where a tile has fewer rows, the missing ones repeat the last.

import { own } from '../../abi/own';

/** Sums of a tile: rows of 8, 192 bytes. */
@inline
export function tileSums(): usize {
  return own();
}

/** Eight elements of a row that has fewer columns, behind the sums. */
@inline
export function edgeOf(): usize {
  return own() + 192;
}

/** sum + products of pairs of 16 bits. */
@inline
export function addPairs(sum: v128, a: v128, b: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}

/** One row. */
export function thinTile(aPtr: usize, panelPtr: usize, depth: usize, biasPtr: usize): void {
  let low0 = v128.load(biasPtr);
  let high0 = v128.load(biasPtr, 16);
  let low1 = i32x4.splat(0);
  let high1 = low1;
  for (const end = panelPtr + (depth << 3); panelPtr < end; panelPtr += 32) {
    let a = v128.load32_splat(aPtr);
    low0 = addPairs(low0, a, v128.load8x8_s(panelPtr));
    high0 = addPairs(high0, a, v128.load8x8_s(panelPtr, 8));
    a = v128.load32_splat(aPtr, 4);
    low1 = addPairs(low1, a, v128.load8x8_s(panelPtr, 16));
    high1 = addPairs(high1, a, v128.load8x8_s(panelPtr, 24));
    aPtr += 8;
  }
  v128.store(tileSums(), i32x4.add(low0, low1));
  v128.store(tileSums(), i32x4.add(high0, high1), 16);
}
