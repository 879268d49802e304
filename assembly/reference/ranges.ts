// min[s] = min(min[s], x[k]) and max[s] = max(max[s], x[k]) over the elements of each scale s; then scales from them.
// Normative: kernels/ranges equals it bit for bit.

import { ScaleLayout } from '../abi/scales';
import { scaleIndex } from '../layout/scale-index';
import { affineScale, affineZeroPoint, finiteScale, symmetricScale } from '../num/range';

/** Returns 1, or 0 when some x is NaN or infinite. NaN changes neither min nor max. A zero of either sign is stored as
 *  +0, so that the result does not depend on the order of elements. */
export function range_f32(xPtr: usize, count: u32, start: u32, minPtr: usize, maxPtr: usize, layout: ScaleLayout): i32 {
  let finite = 1;
  for (let k: u32 = 0; k < count; k++) {
    const x = load<f32>(xPtr + (usize(k) << 2));
    if (!isFinite<f32>(x)) finite = 0;
    const index = usize(scaleIndex(u64(start) + k, layout)) << 2;
    const low = load<f32>(minPtr + index);
    const high = load<f32>(maxPtr + index);
    store<f32>(minPtr + index, (x < low ? x : low) + 0);
    store<f32>(maxPtr + index, (x > high ? x : high) + 0);
  }
  return finite;
}

/** scale[s] = symmetricScale(min[s], max[s]), steps = qmax - zeroPoint. */
export function symmetric_scales(minPtr: usize, maxPtr: usize, count: u32, scalePtr: usize, steps: i32): void {
  for (let s: u32 = 0; s < count; s++) {
    const at = usize(s) << 2;
    store<f32>(scalePtr + at, symmetricScale(load<f32>(minPtr + at), load<f32>(maxPtr + at), steps));
  }
}

/** scale[s] and zeroPoint[s] = affineScale, made finite, and affineZeroPoint of (min[s], max[s]). */
export function affine_scales(
  minPtr: usize, maxPtr: usize, count: u32, scalePtr: usize, zeroPointPtr: usize, qmin: i32, qmax: i32,
): void {
  for (let s: u32 = 0; s < count; s++) {
    const at = usize(s) << 2;
    const low = load<f32>(minPtr + at);
    const scale = affineScale(low, load<f32>(maxPtr + at), qmin, qmax);
    const zeroPoint = affineZeroPoint(low, scale, qmin, qmax);
    store<f32>(scalePtr + at, finiteScale(scale, zeroPoint, qmin, qmax));
    store<i32>(zeroPointPtr + at, zeroPoint);
  }
}
