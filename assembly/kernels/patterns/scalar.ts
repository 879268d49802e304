// Tensors that follow a rule: ranges, one-hot rows, triangles, places of what is not zero. Memory bound or rare, so
// there is no SIMD; this file is its own reference.

/** out[i] = start + (first + i) · delta. Integers wrap; the product of floats is rounded before the sum. */
@inline
function range<T>(startPtr: usize, deltaPtr: usize, outPtr: usize, first: usize, len: usize): void {
  const start = load<T>(startPtr);
  const delta = load<T>(deltaPtr);
  for (let i: usize = 0; i < len; i++) store<T>(outPtr + i * sizeof<T>(), <T>(start + <T>(<T>(first + i) * delta)));
}

export function ramp_i16(startPtr: usize, deltaPtr: usize, outPtr: usize, first: usize, len: usize): void {
  range<i16>(startPtr, deltaPtr, outPtr, first, len);
}

export function ramp_i32(startPtr: usize, deltaPtr: usize, outPtr: usize, first: usize, len: usize): void {
  range<i32>(startPtr, deltaPtr, outPtr, first, len);
}

export function ramp_i64(startPtr: usize, deltaPtr: usize, outPtr: usize, first: usize, len: usize): void {
  range<i64>(startPtr, deltaPtr, outPtr, first, len);
}

export function ramp_f32(startPtr: usize, deltaPtr: usize, outPtr: usize, first: usize, len: usize): void {
  range<f32>(startPtr, deltaPtr, outPtr, first, len);
}

export function ramp_f64(startPtr: usize, deltaPtr: usize, outPtr: usize, first: usize, len: usize): void {
  range<f64>(startPtr, deltaPtr, outPtr, first, len);
}

/** out[o, indices[o, i], i] = the element at onPtr, for indices in [-depth, depth); others set nothing. out is
 *  [outer, depth, inner] and holds what is off already. */
export function one_hot(
  indicesPtr: usize, onPtr: usize, outPtr: usize, outer: usize, depth: usize, inner: usize, elementBytes: usize,
): void {
  const size = <i64>depth;
  for (let o: usize = 0; o < outer; o++) {
    for (let i: usize = 0; i < inner; i++) {
      const index = load<i64>(indicesPtr);
      const place = index < 0 ? index + size : index;
      if (place >= 0 && place < size) {
        const at = outPtr + ((o * depth + <usize>place) * inner + i) * elementBytes;
        if (elementBytes == 4) store<u32>(at, load<u32>(onPtr));
        else if (elementBytes == 8) store<u64>(at, load<u64>(onPtr));
        else if (elementBytes == 2) store<u16>(at, load<u16>(onPtr));
        else store<u8>(at, load<u8>(onPtr));
      }
      indicesPtr += 8;
    }
  }
}

/** Matrices with the elements below (upper = 1) or above (upper = 0) diagonal k set to zero. Works in place. */
export function trilu(
  xPtr: usize, outPtr: usize, matrices: usize, rows: i32, cols: i32, elementBytes: usize, k: i32, upper: i32,
): void {
  const rowBytes = <usize>cols * elementBytes;
  for (let m: usize = 0; m < matrices; m++) {
    for (let r: i32 = 0; r < rows; r++) {
      // Columns left of `edge` are on one side of the diagonal, the others on the other.
      const edge = max(0, min(cols, upper ? r + k : r + k + 1));
      const edgeBytes = <usize>edge * elementBytes;
      if (xPtr != outPtr) memory.copy(outPtr, xPtr, rowBytes);
      if (upper) memory.fill(outPtr, 0, edgeBytes);
      else memory.fill(outPtr + edgeBytes, 0, rowBytes - edgeBytes);
      xPtr += rowBytes;
      outPtr += rowBytes;
    }
  }
}

/** Whether the element is neither 0 nor, of floats, -0. */
@inline
function isNonzero(at: usize, elementBytes: usize, isFloat: i32): bool {
  if (elementBytes == 4) return (load<u32>(at) << isFloat) != 0;
  if (elementBytes == 8) return (load<u64>(at) << isFloat) != 0;
  if (elementBytes == 2) return ((<u32>load<u16>(at) << (16 + isFloat)) != 0);
  return load<u8>(at) != 0;
}

/** How many of the elements are not zero. */
export function nonzero_count(xPtr: usize, len: usize, elementBytes: usize, isFloat: i32): usize {
  let count: usize = 0;
  for (let i: usize = 0; i < len; i++) count += <usize>isNonzero(xPtr + i * elementBytes, elementBytes, isFloat);
  return count;
}

/** Appends the places of elements that are not zero to out, int64 [rank, columns], from column `column` on; answers the
 *  next column. tablePtr points to u32 words: the dims of the tensor, then the place of the first of the elements given,
 *  which is advanced past the last. */
export function nonzero_places(
  tablePtr: usize, rank: usize, xPtr: usize, len: usize, elementBytes: usize, isFloat: i32,
  outPtr: usize, columns: usize, column: usize,
): usize {
  const place = tablePtr + rank * 4;
  for (let i: usize = 0; i < len; i++) {
    if (isNonzero(xPtr + i * elementBytes, elementBytes, isFloat)) {
      for (let d: usize = 0; d < rank; d++) {
        store<i64>(outPtr + (d * columns + column) * 8, <i64>load<u32>(place + d * 4));
      }
      column++;
    }
    let d = rank;
    while (d > 0) {
      d--;
      const next = load<u32>(place + d * 4) + 1;
      const wraps = next == load<u32>(tablePtr + d * 4);
      store<u32>(place + d * 4, wraps ? 0 : next);
      if (!wraps) break;
    }
  }
  return column;
}
