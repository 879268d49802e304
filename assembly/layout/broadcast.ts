// The walk over the rows of up to three tensors that are broadcast to one shape. The host has merged dims wherever it
// could, so a row is long; a stride of 0 repeats.
//
//   out[i0, …, in-1, j] = f(a[Σ ik·ak + j·a'], b[Σ ik·bk + j·b'], c[…])        j = 0 … length−1, out dense
//
// The block the host writes, 32-bit words, strides and offsets in elements:
//
//   0 outer dims n | 1 length | 2 a' 3 b' 4 c' | 5 6 7 offsets of a, b, c, first 0 | n × (dim, index = 0, ak, bk, ck)

const OFFSETS: usize = 20;
const DIMS: usize = 32;
const DIM_BYTES: usize = 20;

@inline
export function rowLength(block: usize): u32 {
  return load<u32>(block, 4);
}

/** 0 or 1: how far operand 0, 1 or 2 moves between two elements of a row. */
@inline
export function rowStep(block: usize, operand: usize): u32 {
  return load<u32>(block + (operand << 2), 8);
}

/** Where operand 0, 1 or 2 has its row, in elements. */
@inline
export function rowOffset(block: usize, operand: usize): usize {
  return <usize>load<u32>(block + (operand << 2), OFFSETS);
}

/** Rows along the last outer dim, if operand `short` has the same one in all of them and `long` has them one after the
 *  other; else 0. */
export function repeatedRows(block: usize, short: usize, long: usize): u32 {
  const outer = load<u32>(block);
  if (outer == 0) return 0;
  const at = block + DIMS + (outer - 1) * DIM_BYTES;
  const repeats = load<u32>(at + (short << 2), 8) == 0 && rowStep(block, short) == 1;
  const follows = load<u32>(at + (long << 2), 8) == rowLength(block) && rowStep(block, long) == 1;
  return repeats && follows ? load<u32>(at) : 0;
}

/** Goes on to the next row; false after the last one. */
export function nextRow(block: usize): bool {
  return nextRows(block, 0);
}

/** The same where the caller goes through the `inner` last outer dims by itself. */
export function nextRows(block: usize, inner: u32): bool {
  let at = block + DIMS + (load<u32>(block) - inner) * DIM_BYTES;
  let a = load<u32>(block, OFFSETS);
  let b = load<u32>(block, OFFSETS + 4);
  let c = load<u32>(block, OFFSETS + 8);
  while (at > block + DIMS) {
    at -= DIM_BYTES;
    const index = load<u32>(at, 4) + 1;
    a += load<u32>(at, 8);
    b += load<u32>(at, 12);
    c += load<u32>(at, 16);
    if (index < load<u32>(at)) {
      store<u32>(at, index, 4);
      store<u32>(block, a, OFFSETS);
      store<u32>(block, b, OFFSETS + 4);
      store<u32>(block, c, OFFSETS + 8);
      return true;
    }
    // This dim starts again: its steps are taken back.
    store<u32>(at, 0, 4);
    a -= index * load<u32>(at, 8);
    b -= index * load<u32>(at, 12);
    c -= index * load<u32>(at, 16);
  }
  return false;
}
