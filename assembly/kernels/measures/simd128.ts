// Error measures between two float32 tensors, 128-bit SIMD: two float64 per vector, the four lanes of
// num/error-sums.ts in two vectors a sum, so the additions are those of the reference, in its order.
//
// Eight sums in flight cover the latency of a float64 addition.

import { AA, addErrorOf, BB, DOT, EE, finishErrors, MAX_ABS } from '../../num/error-sums';

/** Adds len pairs, of which the first is element `start` (mod 4 is enough) of the whole tensors. Reads len elements at
 *  aPtr and bPtr, any alignment; they may be the same. */
export function add_errors_f32(aPtr: usize, bPtr: usize, statePtr: usize, len: usize, start: usize): void {
  let lane = start & 3;
  while (lane != 0 && len != 0) {
    addErrorOf(statePtr, lane, <f64>load<f32>(aPtr), <f64>load<f32>(bPtr));
    lane = (lane + 1) & 3;
    aPtr += 4;
    bPtr += 4;
    len--;
  }
  const whole = len & ~3;
  if (whole != 0) addWhole(aPtr, bPtr, statePtr, whole);
  aPtr += whole << 2;
  bPtr += whole << 2;
  for (let i: usize = 0; i < len - whole; i++) {
    addErrorOf(statePtr, lane + i, <f64>load<f32>(aPtr + (i << 2)), <f64>load<f32>(bPtr + (i << 2)));
  }
}

function addWhole(aPtr: usize, bPtr: usize, statePtr: usize, len: usize): void {
  let dot01 = v128.load(statePtr, DOT);
  let dot23 = v128.load(statePtr, DOT + 16);
  let aa01 = v128.load(statePtr, AA);
  let aa23 = v128.load(statePtr, AA + 16);
  let bb01 = v128.load(statePtr, BB);
  let bb23 = v128.load(statePtr, BB + 16);
  let ee01 = v128.load(statePtr, EE);
  let ee23 = v128.load(statePtr, EE + 16);
  let max01 = v128.load_splat<u64>(statePtr, MAX_ABS);
  let max23 = max01;
  const end = aPtr + (len << 2);
  while (aPtr < end) {
    const a01 = f64x2.promote_low_f32x4(v128.load_zero<u64>(aPtr));
    const b01 = f64x2.promote_low_f32x4(v128.load_zero<u64>(bPtr));
    const a23 = f64x2.promote_low_f32x4(v128.load_zero<u64>(aPtr, 8));
    const b23 = f64x2.promote_low_f32x4(v128.load_zero<u64>(bPtr, 8));
    dot01 = f64x2.add(dot01, f64x2.mul(a01, b01));
    dot23 = f64x2.add(dot23, f64x2.mul(a23, b23));
    aa01 = f64x2.add(aa01, f64x2.mul(a01, a01));
    aa23 = f64x2.add(aa23, f64x2.mul(a23, a23));
    bb01 = f64x2.add(bb01, f64x2.mul(b01, b01));
    bb23 = f64x2.add(bb23, f64x2.mul(b23, b23));
    const e01 = f64x2.sub(a01, b01);
    const e23 = f64x2.sub(a23, b23);
    ee01 = f64x2.add(ee01, f64x2.mul(e01, e01));
    ee23 = f64x2.add(ee23, f64x2.mul(e23, e23));
    // pmax(m, e) = m < e ? e : m, so NaN is left out, as in the leaf.
    max01 = f64x2.pmax(max01, f64x2.abs(e01));
    max23 = f64x2.pmax(max23, f64x2.abs(e23));
    aPtr += 16;
    bPtr += 16;
  }
  v128.store(statePtr, dot01, DOT);
  v128.store(statePtr, dot23, DOT + 16);
  v128.store(statePtr, aa01, AA);
  v128.store(statePtr, aa23, AA + 16);
  v128.store(statePtr, bb01, BB);
  v128.store(statePtr, bb23, BB + 16);
  v128.store(statePtr, ee01, EE);
  v128.store(statePtr, ee23, EE + 16);
  const max2 = f64x2.pmax(max01, max23);
  const low = f64x2.extract_lane(max2, 0);
  const high = f64x2.extract_lane(max2, 1);
  store<f64>(statePtr, low < high ? high : low, MAX_ABS);
}

export function finish_errors(statePtr: usize, count: f64, outPtr: usize): void {
  finishErrors(statePtr, count, outPtr);
}
