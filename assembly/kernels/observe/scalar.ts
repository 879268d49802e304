// Counts of one sample joined with those of all, and its tails. Scalar: there are at most 8192 of them, most often zeros.

/** counts[((first + i) >> shift) − start] += table[i] for `bins` counts of a finer grid. float64 sums of whole numbers, exact
 *  up to 2^53. */
export function add_counts_u32_f64(
  tablePtr: usize, bins: usize, first: i32, shift: i32, countsPtr: usize, start: i32,
): void {
  for (let i: usize = 0; i < bins; i++) {
    const count = load<u32>(tablePtr + (i << 2));
    if (count != 0) add(countsPtr, ((first + <i32>i) >> shift) - start, <f64>count);
  }
}

/** The same of float64 counts. */
export function add_counts_f64(
  tablePtr: usize, bins: usize, first: i32, shift: i32, countsPtr: usize, start: i32,
): void {
  for (let i: usize = 0; i < bins; i++) {
    const count = load<f64>(tablePtr + (i << 3));
    if (count != 0) add(countsPtr, ((first + <i32>i) >> shift) - start, count);
  }
}

@inline
function add(countsPtr: usize, index: i32, count: f64): void {
  const ptr = countsPtr + (usize(index) << 3);
  store<f64>(ptr, load<f64>(ptr) + count);
}

/** Writes two u32: the number of bins, from the first on and from the last back, that together hold at most `left` elements.
 *  The next bin on either side is the first one that may not be left out. left < the sum of the counts. */
export function tail_bins_u32(tablePtr: usize, bins: usize, left: u32, outPtr: usize): void {
  let sum: u32 = 0;
  let low: usize = 0;
  for (; low < bins; low++) {
    sum += load<u32>(tablePtr + (low << 2));
    if (sum > left) break;
  }
  sum = 0;
  let high: usize = 0;
  for (; high < bins; high++) {
    sum += load<u32>(tablePtr + ((bins - 1 - high) << 2));
    if (sum > left) break;
  }
  store<u32>(outPtr, u32(low));
  store<u32>(outPtr, u32(high), 4);
}
