// Histograms and order statistics as other systems make them: equal bins between any two ends, whose borders are numbers of
// their own. Counts are float64. Scalar: nobody waits for it.

/** Adds 1 to the count of bin k for each x of `count` elements, |x| if `absolute`, with edges[k] <= x < edges[k + 1]; the last
 *  bin has its upper edge too. Others are left out. `bins` + 1 ascending float64 edges, nearly equally far apart. */
export function count_between_edges_f32(
  xPtr: usize, count: usize, absolute: i32, edgesPtr: usize, bins: usize, countsPtr: usize,
): void {
  const first = load<f64>(edgesPtr);
  const last = load<f64>(edgesPtr + (bins << 3));
  const perUnit = f64(bins) / (last - first);
  for (let i: usize = 0; i < count; i++) {
    const x = f64(load<f32>(xPtr + (i << 2)));
    const value = absolute ? abs<f64>(x) : x;
    if (!(value >= first && value <= last)) continue;
    let bin = min<i32>(i32(bins) - 1, <i32>((value - first) * perUnit));
    while (bin > 0 && value < edge(edgesPtr, bin)) bin--;
    while (bin < i32(bins) - 1 && value >= edge(edgesPtr, bin + 1)) bin++;
    increment(countsPtr, bin);
  }
}

@inline
function edge(edgesPtr: usize, bin: i32): f64 {
  return load<f64>(edgesPtr + (usize(bin) << 3));
}

@inline
function increment(countsPtr: usize, bin: i32): void {
  const ptr = countsPtr + (usize(bin) << 3);
  store<f64>(ptr, load<f64>(ptr) + 1);
}

/** The smallest |x| of `count` elements; Infinity for none. */
export function smallest_size_f32(xPtr: usize, count: usize): f32 {
  let smallest: f32 = Infinity;
  for (let i: usize = 0; i < count; i++) smallest = min<f32>(smallest, abs<f32>(load<f32>(xPtr + (i << 2))));
  return smallest;
}

/** Adds 1 to the count of bin min(bins − 1, trunc(|x| / width)), a float32 quotient, for each x but zeros; width > 0. */
export function count_quotients_f32(xPtr: usize, count: usize, width: f32, bins: u32, countsPtr: usize): void {
  const last = f32(bins - 1);
  for (let i: usize = 0; i < count; i++) {
    const x = abs<f32>(load<f32>(xPtr + (i << 2)));
    if (x != 0) increment(countsPtr, <i32>min<f32>(last, x / width));
  }
}

/** The element of rank `rank`, 0 for the smallest, of `count` finite numbers: digit by digit of their bits, of which the upper
 *  16 and the lower 16 are counted in 2^16 u32 at tablePtr. */
export function select_f32(xPtr: usize, count: usize, rank: u32, tablePtr: usize): f32 {
  let left = rank;
  memory.fill(tablePtr, 0, 1 << 18);
  for (let i: usize = 0; i < count; i++) countDigit(tablePtr, key(xPtr, i) >> 16);
  let upper: u32 = 0;
  for (; left >= digitCount(tablePtr, upper); upper++) left -= digitCount(tablePtr, upper);
  memory.fill(tablePtr, 0, 1 << 18);
  for (let i: usize = 0; i < count; i++) {
    const k = key(xPtr, i);
    if (k >> 16 == upper) countDigit(tablePtr, k & 0xffff);
  }
  let lower: u32 = 0;
  for (; left >= digitCount(tablePtr, lower); lower++) left -= digitCount(tablePtr, lower);
  const bits = upper << 16 | lower;
  return reinterpret<f32>(bits >> 31 ? bits ^ 0x80000000 : ~bits);
}

/** Bits of x in the order of numbers: those of positive ones above, those of negative ones turned round. */
@inline
function key(xPtr: usize, i: usize): u32 {
  const bits = load<u32>(xPtr + (i << 2));
  return bits >> 31 ? ~bits : bits ^ 0x80000000;
}

@inline
function countDigit(tablePtr: usize, digit: u32): void {
  const ptr = tablePtr + (usize(digit) << 2);
  store<u32>(ptr, load<u32>(ptr) + 1);
}

@inline
function digitCount(tablePtr: usize, digit: u32): u32 {
  return load<u32>(tablePtr + (usize(digit) << 2));
}
