// The sums behind mean, variance, range and sparsity of a float32 tensor, and how they are finished.
//
// NaN and infinities are counted and otherwise left out. To keep the variance from cancelling, sums are taken about a
// shift K, the first finite element: with d = x − K,
//
//   mean = K + Σd / n;   variance = (Σd² − (Σd)² / n) / n   (of the population)
//
// which is exact for constant tensors and loses no more than log2(1 + (mean − K)² / variance) of float64's 53 bits.
// A left-out element stands in as K: it adds nothing to either sum and changes neither end of the range.
// Element m of the tensor belongs to lane m mod 4, whatever chunks it comes in; lanes join as (0 + 1) + (2 + 3).
// The state, 144 bytes:
//
//   byte 0   32    64          80          96     104        112    120       (f64 unless said)
//   Σd[4]    Σd²[4] min f32[4] max f32[4]  zeros  nonFinite  shift  shift is set (0 or 1)

export const SUM: usize = 0;
export const SQUARES: usize = 32;
export const MIN: usize = 64;
export const MAX: usize = 80;
export const ZEROS: usize = 96;
export const NON_FINITE: usize = 104;
export const SHIFT: usize = 112;
export const SHIFT_SET: usize = 120;

@inline
export function isFinite32(x: f32): bool {
  return (reinterpret<u32>(x) & 0x7fffffff) < 0x7f800000;
}

/** Adds `by` to the counter at `counterPtr`. */
@inline
export function raise(counterPtr: usize, by: f64): void {
  store<f64>(counterPtr, load<f64>(counterPtr) + by);
}

/** Adds one element to its lane; a finite one sets the shift if none is set. */
@inline
export function addMomentOf(statePtr: usize, lane: usize, x: f32): void {
  if (!isFinite32(x)) {
    raise(statePtr + NON_FINITE, 1);
    return;
  }
  if (load<f64>(statePtr, SHIFT_SET) == 0) {
    store<f64>(statePtr, 1, SHIFT_SET);
    store<f64>(statePtr, x, SHIFT);
    for (let i: usize = 0; i < 16; i += 4) {
      store<f32>(statePtr + i, x, MIN);
      store<f32>(statePtr + i, x, MAX);
    }
  }
  const f64Ptr = statePtr + (lane << 3);
  const f32Ptr = statePtr + (lane << 2);
  const d = <f64>x - load<f64>(statePtr, SHIFT);
  store<f64>(f64Ptr, load<f64>(f64Ptr, SUM) + d, SUM);
  store<f64>(f64Ptr, load<f64>(f64Ptr, SQUARES) + d * d, SQUARES);
  if (x < load<f32>(f32Ptr, MIN)) store<f32>(f32Ptr, x, MIN);
  if (load<f32>(f32Ptr, MAX) < x) store<f32>(f32Ptr, x, MAX);
  if (x == 0) raise(statePtr + ZEROS, 1);
}

@inline
function joined(lanesPtr: usize): f64 {
  return load<f64>(lanesPtr) + load<f64>(lanesPtr, 8) + (load<f64>(lanesPtr, 16) + load<f64>(lanesPtr, 24));
}

/** Writes min, max, mean, variance, zeros and nonFinite, six float64, to outPtr, for a tensor of `count` elements. The first
 *  four are NaN when no element is finite; a zero is always +0. */
export function finishMoments(statePtr: usize, count: f64, outPtr: usize): void {
  const nonFinite = load<f64>(statePtr, NON_FINITE);
  const finite = count - nonFinite;
  const sum = joined(statePtr + SUM);
  const variance = (joined(statePtr + SQUARES) - (sum * sum) / finite) / finite;
  let low = load<f32>(statePtr, MIN);
  let high = load<f32>(statePtr, MAX);
  for (let i: usize = 4; i < 16; i += 4) {
    low = min(low, load<f32>(statePtr + i, MIN));
    high = max(high, load<f32>(statePtr + i, MAX));
  }
  const none = finite == 0;
  store<f64>(outPtr, none ? NaN : <f64>low + 0);
  store<f64>(outPtr, none ? NaN : <f64>high + 0, 8);
  store<f64>(outPtr, none ? NaN : load<f64>(statePtr, SHIFT) + sum / finite + 0, 16);
  // Rounding may leave a tiny negative number where the variance is zero.
  store<f64>(outPtr, none ? NaN : max(variance, 0), 24);
  store<f64>(outPtr, load<f64>(statePtr, ZEROS), 32);
  store<f64>(outPtr, nonFinite, 40);
}
