// Mean, variance, range and sparsity of a float32 tensor, 128-bit SIMD: the four lanes of num/moment-sums.ts, so the
// additions are those of the reference, in its order.

import {
  addMomentOf,
  finishMoments,
  MAX,
  MIN,
  NON_FINITE,
  raise,
  SHIFT,
  SHIFT_SET,
  SQUARES,
  SUM,
  ZEROS,
} from '../../num/moment-sums';

const C: usize = memory.data<u32>([
  0x7fffffff, // 0: all but the sign
  0x7f800000, // 4: infinity
]);

/** Bytes that are added before their sums are looked at for NaN and infinity. */
const BLOCK_BYTES: usize = 4096;

/** Adds len elements, of which the first is element `start` (mod 4 is enough) of the whole tensor. Reads len elements
 *  at xPtr, any alignment. */
export function add_moments_f32(xPtr: usize, statePtr: usize, len: usize, start: usize): void {
  let lane = start & 3;
  // Up to the first whole group of lanes, and to the first finite element, which sets the shift.
  while (len != 0 && (lane != 0 || load<f64>(statePtr, SHIFT_SET) == 0)) {
    addMomentOf(statePtr, lane, load<f32>(xPtr));
    lane = (lane + 1) & 3;
    xPtr += 4;
    len--;
  }
  const whole = len & ~3;
  if (whole != 0) addWhole(xPtr, statePtr, whole);
  xPtr += whole << 2;
  for (let i: usize = 0; i < len - whole; i++) addMomentOf(statePtr, lane + i, load<f32>(xPtr + (i << 2)));
}

function addWhole(xPtr: usize, statePtr: usize, len: usize): void {
  const end = xPtr + (len << 2);
  while (xPtr < end) {
    const blockBytes = min(BLOCK_BYTES, end - xPtr);
    // A block is taken to be finite; if it was not, nothing was stored, and it is added again with care.
    if (!addBlock(xPtr, statePtr, blockBytes, false)) addBlock(xPtr, statePtr, blockBytes, true);
    xPtr += blockBytes;
  }
}

/** Adds whole groups of lanes. Without care every element must be finite: one that is not makes the sums NaN or
 *  infinite for good, and then the state is left alone and the answer is false. */
@inline
function addBlock(xPtr: usize, statePtr: usize, blockBytes: usize, careful: bool): bool {
  const nonSign = v128.load_splat<u32>(C);
  const infinity = v128.load_splat<u32>(C, 4);
  const shift = v128.load_splat<u64>(statePtr, SHIFT);
  const shift32 = f32x4.splat(<f32>load<f64>(statePtr, SHIFT));
  let sum01 = v128.load(statePtr, SUM);
  let sum23 = v128.load(statePtr, SUM + 16);
  let squares01 = v128.load(statePtr, SQUARES);
  let squares23 = v128.load(statePtr, SQUARES + 16);
  let low = v128.load(statePtr, MIN);
  let high = v128.load(statePtr, MAX);
  // Comparisons give −1, so subtracting one counts.
  const none = i32x4.splat(0);
  let zeros = none;
  let finites = none;
  const end = xPtr + blockBytes;
  while (xPtr < end) {
    let x = v128.load(xPtr);
    zeros = i32x4.sub(zeros, f32x4.eq(x, none));
    if (careful) {
      const finite = i32x4.lt_s(v128.and(x, nonSign), infinity);
      finites = i32x4.sub(finites, finite);
      x = v128.bitselect(x, shift32, finite);
    }
    low = f32x4.pmin(low, x);
    high = f32x4.pmax(high, x);
    const d01 = f64x2.sub(f64x2.promote_low_f32x4(x), shift);
    const d23 = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<u64>(x, x, 1, 1)), shift);
    sum01 = f64x2.add(sum01, d01);
    sum23 = f64x2.add(sum23, d23);
    squares01 = f64x2.add(squares01, f64x2.mul(d01, d01));
    squares23 = f64x2.add(squares23, f64x2.mul(d23, d23));
    xPtr += 16;
  }
  const sum = f64x2.add(sum01, sum23);
  if (!careful && !i64x2.all_true(f64x2.eq(f64x2.sub(sum, sum), none))) return false;
  v128.store(statePtr, sum01, SUM);
  v128.store(statePtr, sum23, SUM + 16);
  v128.store(statePtr, squares01, SQUARES);
  v128.store(statePtr, squares23, SQUARES + 16);
  v128.store(statePtr, low, MIN);
  v128.store(statePtr, high, MAX);
  raise(statePtr + ZEROS, <f64>laneSum(zeros));
  if (careful) raise(statePtr + NON_FINITE, <f64>((blockBytes >> 2) - laneSum(finites)));
  return true;
}

@inline
function laneSum(x: v128): u32 {
  return (
    i32x4.extract_lane(x, 0) +
    i32x4.extract_lane(x, 1) +
    i32x4.extract_lane(x, 2) +
    i32x4.extract_lane(x, 3)
  );
}

export function finish_moments(statePtr: usize, count: f64, outPtr: usize): void {
  finishMoments(statePtr, count, outPtr);
}
