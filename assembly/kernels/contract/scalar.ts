// The general contraction: out[o] = sum over s of a[o, s] · b[o, s], where o runs over a box of output dims, s over a box of
// summed dims, and each operand has a stride for every one of them. Stride 0 repeats an operand (broadcast, or a dim it
// does not have), a sum of strides walks its diagonal, so this is every product, trace and sum Einsum can ask for, and
// the matrix product of the types that have no kernel of their own.
//
//   table, 32-bit words   | output rank | summed rank | size, a stride, b stride of every output dim | … of every summed dim |
//
// Strides are in elements; out is dense, its dims in the table's order. Along the last output dim four sums run at once,
// so that rows of b are read as lines. float32 is summed in float64 and rounded once: products are exact, and any
// order of the dims gives nearly the same sum. Integers wrap. bPtr 0 stands for ones.

const HEADER: usize = 8;
const ENTRY: usize = 12;

/** 1 as the element types read it. */
const ONE_F32: usize = memory.data<f32>([1]);
const ONE_F64: usize = memory.data<f64>([1]);
const ONE_INT: usize = memory.data<i64>([1]);

/** Rows `first` to `end` (exclusive) of the output; a row is a run of its last dim, the whole of it when there is none. */
export function contract_f32(tablePtr: usize, aPtr: usize, bPtr: usize, outPtr: usize, first: usize, end: usize): void {
  contract<f32, f64>(tablePtr, aPtr, bPtr == 0 ? ONE_F32 : bPtr, bPtr != 0, outPtr, first, end);
}

export function contract_f64(tablePtr: usize, aPtr: usize, bPtr: usize, outPtr: usize, first: usize, end: usize): void {
  contract<f64, f64>(tablePtr, aPtr, bPtr == 0 ? ONE_F64 : bPtr, bPtr != 0, outPtr, first, end);
}

/** 32-bit integers, signed or not. */
export function contract_i32(tablePtr: usize, aPtr: usize, bPtr: usize, outPtr: usize, first: usize, end: usize): void {
  contract<i32, i32>(tablePtr, aPtr, bPtr == 0 ? ONE_INT : bPtr, bPtr != 0, outPtr, first, end);
}

/** 64-bit integers, signed or not. */
export function contract_i64(tablePtr: usize, aPtr: usize, bPtr: usize, outPtr: usize, first: usize, end: usize): void {
  contract<i64, i64>(tablePtr, aPtr, bPtr == 0 ? ONE_INT : bPtr, bPtr != 0, outPtr, first, end);
}

/** The operands' offsets of element `index` of the box of `rank` dims at `entryPtr`, in elements. */
let aOffset: usize = 0;
let bOffset: usize = 0;
function locate(entryPtr: usize, rank: usize, index: usize): void {
  aOffset = 0;
  bOffset = 0;
  for (let dim = rank; dim > 0; dim--) {
    const entry = entryPtr + (dim - 1) * ENTRY;
    const size: usize = load<u32>(entry);
    const at = index % size;
    index /= size;
    aOffset += at * <usize>load<u32>(entry, 4);
    bOffset += at * <usize>load<u32>(entry, 8);
  }
}

function boxSize(entryPtr: usize, rank: usize): usize {
  let size: usize = 1;
  for (let dim: usize = 0; dim < rank; dim++) size *= <usize>load<u32>(entryPtr + dim * ENTRY);
  return size;
}

function contract<T, S>(
  tablePtr: usize, aPtr: usize, bPtr: usize, hasB: bool, outPtr: usize, first: usize, end: usize,
): void {
  const outRank: usize = load<u32>(tablePtr);
  const sumRank: usize = load<u32>(tablePtr, 4);
  const outEntries = tablePtr + HEADER;
  const sumEntries = outEntries + outRank * ENTRY;
  const rowRank = outRank == 0 ? 0 : outRank - 1;
  const last = outEntries + rowRank * ENTRY;
  const n: usize = outRank == 0 ? 1 : load<u32>(last);
  const aStep: usize = outRank == 0 ? 0 : <usize>load<u32>(last, 4) * sizeof<T>();
  const bStep: usize = hasB && outRank > 0 ? <usize>load<u32>(last, 8) * sizeof<T>() : 0;
  for (let row = first; row < end; row++) {
    locate(outEntries, rowRank, row);
    let a = aPtr + aOffset * sizeof<T>();
    let b = hasB ? bPtr + bOffset * sizeof<T>() : bPtr;
    let to = outPtr + row * n * sizeof<T>();
    let column: usize = 0;
    for (; column + 4 <= n; column += 4) {
      fourSums<T, S>(sumEntries, sumRank, a, b, hasB, aStep, bStep, to);
      a += aStep << 2;
      b += bStep << 2;
      to += sizeof<T>() << 2;
    }
    for (; column < n; column++) {
      oneSum<T, S>(sumEntries, sumRank, a, b, hasB, to);
      a += aStep;
      b += bStep;
      to += sizeof<T>();
    }
  }
}

function oneSum<T, S>(sumEntries: usize, sumRank: usize, aPtr: usize, bPtr: usize, hasB: bool, to: usize): void {
  const runRank = sumRank == 0 ? 0 : sumRank - 1;
  const run = sumEntries + runRank * ENTRY;
  const length: usize = sumRank == 0 ? 1 : load<u32>(run);
  const aStep: usize = sumRank == 0 ? 0 : <usize>load<u32>(run, 4) * sizeof<T>();
  const bStep: usize = hasB && sumRank > 0 ? <usize>load<u32>(run, 8) * sizeof<T>() : 0;
  const runs = boxSize(sumEntries, runRank);
  let sum: S = 0;
  for (let i: usize = 0; i < runs; i++) {
    locate(sumEntries, runRank, i);
    let a = aPtr + aOffset * sizeof<T>();
    let b = hasB ? bPtr + bOffset * sizeof<T>() : bPtr;
    for (let s: usize = 0; s < length; s++) {
      sum += <S>load<T>(a) * <S>load<T>(b);
      a += aStep;
      b += bStep;
    }
  }
  store<T>(to, <T>sum);
}

function fourSums<T, S>(
  sumEntries: usize, sumRank: usize, aPtr: usize, bPtr: usize, hasB: bool, aAlong: usize, bAlong: usize, to: usize,
): void {
  const runRank = sumRank == 0 ? 0 : sumRank - 1;
  const run = sumEntries + runRank * ENTRY;
  const length: usize = sumRank == 0 ? 1 : load<u32>(run);
  const aStep: usize = sumRank == 0 ? 0 : <usize>load<u32>(run, 4) * sizeof<T>();
  const bStep: usize = hasB && sumRank > 0 ? <usize>load<u32>(run, 8) * sizeof<T>() : 0;
  const runs = boxSize(sumEntries, runRank);
  let sum0: S = 0;
  let sum1: S = 0;
  let sum2: S = 0;
  let sum3: S = 0;
  for (let i: usize = 0; i < runs; i++) {
    locate(sumEntries, runRank, i);
    let a = aPtr + aOffset * sizeof<T>();
    let b = hasB ? bPtr + bOffset * sizeof<T>() : bPtr;
    for (let s: usize = 0; s < length; s++) {
      sum0 += <S>load<T>(a) * <S>load<T>(b);
      sum1 += <S>load<T>(a + aAlong) * <S>load<T>(b + bAlong);
      sum2 += <S>load<T>(a + 2 * aAlong) * <S>load<T>(b + 2 * bAlong);
      sum3 += <S>load<T>(a + 3 * aAlong) * <S>load<T>(b + 3 * bAlong);
      a += aStep;
      b += bStep;
    }
  }
  store<T>(to, <T>sum0);
  store<T>(to + sizeof<T>(), <T>sum1);
  store<T>(to + 2 * sizeof<T>(), <T>sum2);
  store<T>(to + 3 * sizeof<T>(), <T>sum3);
}
