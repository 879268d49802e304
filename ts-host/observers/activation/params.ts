// From a range of values to the scale and zero point of its codes: the formulas of docs/quantization.md, for one tensor. Equal,
// bit for bit, to what the kernels of weights compute for float32 ranges (assembly/num/range.ts).

import type { CodeCandidate } from '../../wasm/kernels/execute/search.js';
import type { ActivationRange, CodeRule } from './method.js';

/** real = scale · (code − zeroPoint). The scale is exactly a float32. */
export interface CodeParams {
  readonly scale: number;
  readonly zeroPoint: number;
}

/** 2^-126: a smaller scale would lose digits. */
const SMALLEST_SCALE = 1.1754943508222875e-38;
const LARGEST_FLOAT32 = 3.4028234663852886e38;

/** Codes that cover the range, widened to hold 0. A range without width has scale 1.
 *  symmetric: scale = max(−min, max) / (qmax − zeroPoint), zeroPoint 0, or the upper middle of unsigned codes
 *  affine: scale = (max − min) / (qmax − qmin), zeroPoint = roundHalfToEven(qmin − min / scale) with the rounded scale */
export function paramsOf({ min, max }: ActivationRange, { qmin, qmax, symmetric }: CodeRule): CodeParams {
  const [low, high] = [Math.min(0, min), Math.max(0, max)];
  if (symmetric) {
    const zeroPoint = qmin >= 0 ? Math.ceil((qmin + qmax) / 2) : 0;
    const steps = qmax - zeroPoint;
    const reach = Math.max(-low, high);
    const scale = reach > 0 ? bounded(Math.fround(reach / steps), largestScale(steps)) : 1;
    return { scale, zeroPoint };
  }
  const scale = high > low ? bounded(Math.fround((high - low) / (qmax - qmin)), LARGEST_FLOAT32) : 1;
  const zeroPoint = Math.min(qmax, Math.max(qmin, roundHalfToEven(qmin - low / scale)));
  const finite = Math.min(scale, largestScale(Math.max(qmax - zeroPoint, zeroPoint - qmin)));
  return { scale: finite, zeroPoint };
}

/** The codes of a range with the zero point taken off. */
export function codesOf(range: ActivationRange, rule: CodeRule): CodeCandidate {
  const { scale, zeroPoint } = paramsOf(range, rule);
  return { scale, low: rule.qmin - zeroPoint, high: rule.qmax - zeroPoint };
}

const bounded = (scale: number, largest: number): number =>
  Math.max(SMALLEST_SCALE, Math.min(largest, scale));

/** The largest scale whose product with `steps` is a finite float32, so that every code has a finite value. */
function largestScale(steps: number): number {
  const scale = Math.fround(LARGEST_FLOAT32 / steps);
  // Rounded up, it is one float32 too large: 2^-24 of it is at least half the distance to the one below.
  return Math.fround(scale * steps) <= LARGEST_FLOAT32 ? scale : Math.fround(scale - scale * 2 ** -24);
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  return floor + (up ? 1 : 0);
}
