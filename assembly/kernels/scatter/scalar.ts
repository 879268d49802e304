// Scatter in its two forms: updates go to the places that indices tell, one after the other, so that of several for one
// place the last one counts, or all in order where they are combined. No SIMD: this file is its own reference.
//
// Both answer 0, or 1 + the position of the first index that is outside its dim; then nothing has been written. `type` is
// that of num/elementwise/types.ts; without reduction it only tells the width. `wide` is 1 for 64-bit indices.

import { copyBytes } from '../../num/copy';
import { shiftOf } from '../../num/elementwise/types';
import { indexAt, OUTSIDE } from '../../num/index';
import { combine, Reduction } from './combine';

/** First of the words for dims in the table, which is that of gather_elements. */
const DIMS: usize = 12;

/** out[i…], with dim `axis` of i replaced by indices[i…], meets updates[i…]; i runs over the dims of both. */
export function scatter_elements(
  tablePtr: usize, indicesPtr: usize, updatesPtr: usize, outPtr: usize, type: i32, reduction: i32, wide: i32,
): usize {
  const isWide = wide != 0;
  const rank: usize = load<u32>(tablePtr);
  const length: usize = load<u32>(tablePtr, 4);
  let total: usize = 1;
  for (let d: usize = 0; d < rank; d++) total *= load<u32>(tablePtr + DIMS + d * 8);
  for (let i: usize = 0; i < total; i++) {
    if (indexAt(indicesPtr + (i << (isWide ? 3 : 2)), isWide, length) == OUTSIDE) return i + 1;
  }
  if (total > 0) scatter(tablePtr, indicesPtr, updatesPtr, outPtr, type, reduction, isWide);
  return 0;
}

function scatter(
  tablePtr: usize, indices: usize, updates: usize, out: usize, type: i32, reduction: i32, wide: bool,
): void {
  const rank: usize = load<u32>(tablePtr);
  const length: usize = load<u32>(tablePtr, 4);
  const axisBytes: usize = load<u32>(tablePtr, 8);
  const inner = tablePtr + DIMS + (rank - 1) * 8;
  const count: usize = load<u32>(inner);
  const outBytes: usize = load<u32>(inner, 4);
  const counters = tablePtr + DIMS + rank * 8;
  const shift = <usize>shiftOf(type);
  const stepBytes: usize = wide ? 8 : 4;
  memory.fill(counters, 0, rank * 4);
  while (true) {
    for (let i: usize = 0; i < count; i++) {
      meet(type, reduction, shift, out + i * outBytes + indexAt(indices, wide, length) * axisBytes, updates, 1);
      indices += stepBytes;
      updates += <usize>1 << shift;
    }
    let d = rank - 1;
    while (true) {
      if (d == 0) return;
      d--;
      const dim = tablePtr + DIMS + d * 8;
      const at: usize = load<u32>(counters + d * 4) + 1;
      out += load<u32>(dim, 4);
      if (at < <usize>load<u32>(dim)) {
        store<u32>(counters + d * 4, at);
        break;
      }
      store<u32>(counters + d * 4, 0);
      out -= <usize>load<u32>(dim) * load<u32>(dim, 4);
    }
  }
}

@inline
function meet(type: i32, reduction: i32, shift: usize, out: usize, updates: usize, len: usize): void {
  if (reduction == Reduction.None) copyBytes(out, updates, len << shift);
  else combine(type, reduction, out, updates, len);
}

/** out[indices[t]…] meets updates[t]: slices of `slice` elements, found by tuples of `depth` indices.
 *
 *  tablePtr points to u32 words: for each index of a tuple, the length of its dim and the distance there in bytes. */
export function scatter_nd(
  tablePtr: usize, indicesPtr: usize, updatesPtr: usize, outPtr: usize,
  tuples: usize, depth: usize, slice: usize, type: i32, reduction: i32, wide: i32,
): usize {
  const isWide = wide != 0;
  const stepBytes: usize = isWide ? 8 : 4;
  for (let i: usize = 0; i < tuples * depth; i++) {
    const length: usize = load<u32>(tablePtr + (i % depth) * 8);
    if (indexAt(indicesPtr + i * stepBytes, isWide, length) == OUTSIDE) return i + 1;
  }
  const shift = <usize>shiftOf(type);
  for (let t: usize = 0; t < tuples; t++) {
    let to = outPtr;
    for (let k: usize = 0; k < depth; k++) {
      const length: usize = load<u32>(tablePtr + k * 8);
      to += indexAt(indicesPtr, isWide, length) * load<u32>(tablePtr + k * 8, 4);
      indicesPtr += stepBytes;
    }
    meet(type, reduction, shift, to, updatesPtr, slice);
    updatesPtr += slice << shift;
  }
  return 0;
}
