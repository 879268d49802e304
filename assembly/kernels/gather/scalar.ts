// Gather in its three forms: runs of bytes picked by index. Copies are memory bound, so there is no SIMD; this file is its
// own reference.
//
// All answer 0, or 1 + the position of the first index (in the index tensor given) that is outside its dim; then
// nothing has been written. `wide` is 1 for 64-bit indices. Any alignment; outputs overlap no input.

import { copyBytes } from '../../num/copy';
import { indexAt, OUTSIDE } from '../../num/index';

/** out[o, i] = x[o, indices[i]]: runs of innerBytes; x is [outer, length] of them, out [outer, count]. */
export function gather(
  xPtr: usize, indicesPtr: usize, outPtr: usize, outer: usize, length: usize, count: usize, innerBytes: usize, wide: i32,
): usize {
  const isWide = wide != 0;
  const shift: usize = isWide ? 3 : 2;
  for (let i: usize = 0; i < count; i++) {
    if (indexAt(indicesPtr + (i << shift), isWide, length) == OUTSIDE) return i + 1;
  }
  for (let o: usize = 0; o < outer; o++) {
    if (innerBytes == 4) pick<u32>(xPtr, indicesPtr, outPtr, length, count, isWide);
    else if (innerBytes == 8) pick<u64>(xPtr, indicesPtr, outPtr, length, count, isWide);
    else if (innerBytes == 2) pick<u16>(xPtr, indicesPtr, outPtr, length, count, isWide);
    else if (innerBytes == 1) pick<u8>(xPtr, indicesPtr, outPtr, length, count, isWide);
    else {
      for (let i: usize = 0; i < count; i++) {
        const index = indexAt(indicesPtr + (i << shift), isWide, length);
        copyBytes(outPtr + i * innerBytes, xPtr + index * innerBytes, innerBytes);
      }
    }
    xPtr += length * innerBytes;
    outPtr += count * innerBytes;
  }
  return 0;
}

function pick<T>(x: usize, indices: usize, out: usize, length: usize, count: usize, wide: bool): void {
  const stepBytes: usize = wide ? 8 : 4;
  for (let i: usize = 0; i < count; i++) {
    store<T>(out, load<T>(x + indexAt(indices, wide, length) * sizeof<T>()));
    indices += stepBytes;
    out += sizeof<T>();
  }
}

/** out[i…] = x[i…] with dim `axis` of i replaced by indices[i…]; i runs over the dims of the index tensor.
 *
 *  tablePtr points to u32 words: rank | length of x along the axis | distance there, in bytes | for each dim of the index
 *  tensor: count, distance in x in bytes (0 for the axis) | rank words for the kernel to count in. rank ≥ 1. */
export function gather_elements(
  tablePtr: usize, xPtr: usize, indicesPtr: usize, outPtr: usize, elementBytes: usize, wide: i32,
): usize {
  const isWide = wide != 0;
  const total = countOf(tablePtr);
  const length: usize = load<u32>(tablePtr, 4);
  const shift: usize = isWide ? 3 : 2;
  for (let i: usize = 0; i < total; i++) {
    if (indexAt(indicesPtr + (i << shift), isWide, length) == OUTSIDE) return i + 1;
  }
  if (total == 0) return 0;
  if (elementBytes == 4) elements<u32>(tablePtr, xPtr, indicesPtr, outPtr, isWide);
  else if (elementBytes == 8) elements<u64>(tablePtr, xPtr, indicesPtr, outPtr, isWide);
  else if (elementBytes == 2) elements<u16>(tablePtr, xPtr, indicesPtr, outPtr, isWide);
  else elements<u8>(tablePtr, xPtr, indicesPtr, outPtr, isWide);
  return 0;
}

/** First of the words for dims. */
const DIMS: usize = 12;

function countOf(tablePtr: usize): usize {
  const rank: usize = load<u32>(tablePtr);
  let total: usize = 1;
  for (let d: usize = 0; d < rank; d++) total *= load<u32>(tablePtr + DIMS + d * 8);
  return total;
}

function elements<T>(tablePtr: usize, x: usize, indices: usize, out: usize, wide: bool): void {
  const rank: usize = load<u32>(tablePtr);
  const length: usize = load<u32>(tablePtr, 4);
  const axisBytes: usize = load<u32>(tablePtr, 8);
  const inner = tablePtr + DIMS + (rank - 1) * 8;
  const count: usize = load<u32>(inner);
  const xBytes: usize = load<u32>(inner, 4);
  const counters = tablePtr + DIMS + rank * 8;
  const stepBytes: usize = wide ? 8 : 4;
  memory.fill(counters, 0, rank * 4);
  while (true) {
    for (let i: usize = 0; i < count; i++) {
      store<T>(out, load<T>(x + i * xBytes + indexAt(indices, wide, length) * axisBytes));
      indices += stepBytes;
      out += sizeof<T>();
    }
    let d = rank - 1;
    while (true) {
      if (d == 0) return;
      d--;
      const dim = tablePtr + DIMS + d * 8;
      const at: usize = load<u32>(counters + d * 4) + 1;
      x += load<u32>(dim, 4);
      if (at < <usize>load<u32>(dim)) {
        store<u32>(counters + d * 4, at);
        break;
      }
      store<u32>(counters + d * 4, 0);
      x -= <usize>load<u32>(dim) * load<u32>(dim, 4);
    }
  }
}

/** out[b, t] = x[b, indices[b, t]…]: runs of sliceBytes, found by tuples of `depth` indices.
 *
 *  tablePtr points to u32 words: for each index of a tuple, the length of its dim and the distance there in bytes. */
export function gather_nd(
  tablePtr: usize, xPtr: usize, indicesPtr: usize, outPtr: usize,
  batches: usize, batchBytes: usize, tuples: usize, depth: usize, sliceBytes: usize, wide: i32,
): usize {
  const isWide = wide != 0;
  const shift: usize = isWide ? 3 : 2;
  const total = batches * tuples;
  for (let i: usize = 0; i < total * depth; i++) {
    const length: usize = load<u32>(tablePtr + (i % depth) * 8);
    if (indexAt(indicesPtr + (i << shift), isWide, length) == OUTSIDE) return i + 1;
  }
  for (let b: usize = 0; b < batches; b++) {
    for (let t: usize = 0; t < tuples; t++) {
      let from = xPtr;
      for (let k: usize = 0; k < depth; k++) {
        const length: usize = load<u32>(tablePtr + k * 8);
        from += indexAt(indicesPtr, isWide, length) * load<u32>(tablePtr + k * 8, 4);
        indicesPtr += <usize>1 << shift;
      }
      copyBytes(outPtr, from, sliceBytes);
      outPtr += sliceBytes;
    }
    xPtr += batchBytes;
  }
  return 0;
}
