// The form WIDE: tiles of 4 rows of A by one panel of 8 columns, over the whole depth, finished in registers where they end as
// whole codes.
//
// The 4 rows of A are interleaved: one address instead of four, and V8 decodes fewer instructions than it could compute.
// There is an exit after every two pairs: depths that are no multiple of 8 need it, and it keeps V8 from moving the loads of all
// pairs to the front, which would spill accumulators.

import { constantsOf, ProductArgs } from '../../abi/product-args';
import { endsAsCodes, finishTile, storeRows } from './finish';
import { WIDE_ROWS } from './rows';
import { addPairs, tileSums } from './tiles';

/** All tiles of `rows` rows by one panel. rowsPtr: a pair of depths of rows 0, 1, 2, 3, then the next pair; then the next rows. */
export function wideTiles(
  args: ProductArgs, rowsPtr: usize, rows: usize, panelPtr: usize, depth: usize, biasPtr: usize,
  columns: usize, outPtr: usize, stride: usize, multipliersPtr: usize, addendPtr: usize,
): void {
  const end = panelPtr + (depth << 4);
  const coded = endsAsCodes(args, columns);
  let aPtr = rowsPtr;
  while (true) {
    let sum0 = v128.load(biasPtr);
    let sum4 = v128.load(biasPtr, 16);
    let sum1 = sum0;
    let sum5 = sum4;
    let sum2 = sum0;
    let sum6 = sum4;
    let sum3 = sum0;
    let sum7 = sum4;
    let bPtr = panelPtr;
    while (bPtr < end) {
      const low0 = v128.load(bPtr, 0);
      const high0 = v128.load(bPtr, 16);
      const a00 = v128.load32_splat(aPtr, 0);
      sum0 = addPairs(sum0, a00, low0);
      sum4 = addPairs(sum4, a00, high0);
      const a01 = v128.load32_splat(aPtr, 4);
      sum1 = addPairs(sum1, a01, low0);
      sum5 = addPairs(sum5, a01, high0);
      const a02 = v128.load32_splat(aPtr, 8);
      sum2 = addPairs(sum2, a02, low0);
      sum6 = addPairs(sum6, a02, high0);
      const a03 = v128.load32_splat(aPtr, 12);
      sum3 = addPairs(sum3, a03, low0);
      sum7 = addPairs(sum7, a03, high0);
      const low1 = v128.load(bPtr, 32);
      const high1 = v128.load(bPtr, 48);
      const a10 = v128.load32_splat(aPtr, 16);
      sum0 = addPairs(sum0, a10, low1);
      sum4 = addPairs(sum4, a10, high1);
      const a11 = v128.load32_splat(aPtr, 20);
      sum1 = addPairs(sum1, a11, low1);
      sum5 = addPairs(sum5, a11, high1);
      const a12 = v128.load32_splat(aPtr, 24);
      sum2 = addPairs(sum2, a12, low1);
      sum6 = addPairs(sum6, a12, high1);
      const a13 = v128.load32_splat(aPtr, 28);
      sum3 = addPairs(sum3, a13, low1);
      sum7 = addPairs(sum7, a13, high1);
      if (bPtr == end - 64) break;
      const low2 = v128.load(bPtr, 64);
      const high2 = v128.load(bPtr, 80);
      const a20 = v128.load32_splat(aPtr, 32);
      sum0 = addPairs(sum0, a20, low2);
      sum4 = addPairs(sum4, a20, high2);
      const a21 = v128.load32_splat(aPtr, 36);
      sum1 = addPairs(sum1, a21, low2);
      sum5 = addPairs(sum5, a21, high2);
      const a22 = v128.load32_splat(aPtr, 40);
      sum2 = addPairs(sum2, a22, low2);
      sum6 = addPairs(sum6, a22, high2);
      const a23 = v128.load32_splat(aPtr, 44);
      sum3 = addPairs(sum3, a23, low2);
      sum7 = addPairs(sum7, a23, high2);
      const low3 = v128.load(bPtr, 96);
      const high3 = v128.load(bPtr, 112);
      const a30 = v128.load32_splat(aPtr, 48);
      sum0 = addPairs(sum0, a30, low3);
      sum4 = addPairs(sum4, a30, high3);
      const a31 = v128.load32_splat(aPtr, 52);
      sum1 = addPairs(sum1, a31, low3);
      sum5 = addPairs(sum5, a31, high3);
      const a32 = v128.load32_splat(aPtr, 56);
      sum2 = addPairs(sum2, a32, low3);
      sum6 = addPairs(sum6, a32, high3);
      const a33 = v128.load32_splat(aPtr, 60);
      sum3 = addPairs(sum3, a33, low3);
      sum7 = addPairs(sum7, a33, high3);
      aPtr += 64;
      bPtr += 128;
    }
    if (coded && rows >= WIDE_ROWS) {
      storeRows(
        sum0, sum4, sum1, sum5, sum2, sum6, sum3, sum7, outPtr, stride, multipliersPtr, constantsOf(args),
      );
    } else {
      v128.store(tileSums(), sum0, 0);
      v128.store(tileSums(), sum4, 16);
      v128.store(tileSums(), sum1, 32);
      v128.store(tileSums(), sum5, 48);
      v128.store(tileSums(), sum2, 64);
      v128.store(tileSums(), sum6, 80);
      v128.store(tileSums(), sum3, 96);
      v128.store(tileSums(), sum7, 112);
      finishTile(args, min(WIDE_ROWS, rows), columns, outPtr, stride, multipliersPtr, addendPtr);
    }
    if (rows <= WIDE_ROWS) return;
    rows -= WIDE_ROWS;
    rowsPtr += (depth << 1) * WIDE_ROWS;
    aPtr = rowsPtr;
    outPtr += stride << 2;
  }
}
