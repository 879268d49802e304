// Scale and zero point of a group of values: from the ranges of those observed, within the bounds of a Relu or Clip that is to
// vanish in the codes.

import { CODE_RANGE } from '../../ir/dtype.js';
import type { ActivationRange, CodeRule } from '../../observers/activation/method.js';
import { type CodeParams, paramsOf } from '../../observers/activation/params.js';
import type { Bounds } from './activations.js';
import type { ActivationType } from './targets/target.js';

export interface Parameters extends CodeParams {
  /** Whether the codes lie around one fixed zero point. */
  readonly symmetric: boolean;
}

/** The rule for a value. One that Relu bounds has codes on one side of 0 only: all of them are used, and the smallest stands
 *  for 0, unless the target has no zero points at all. */
export function codeRule(
  dtype: ActivationType,
  symmetric: boolean,
  bounds: Bounds | undefined,
  fixedZero: boolean,
): CodeRule {
  const [qmin, qmax] = CODE_RANGE[dtype];
  const oneSided = bounds?.low === 0 && !fixedZero;
  return { qmin, qmax, symmetric: symmetric && !oneSided };
}

/** @param ranges - of the observed values of a group
 *  @param fits - no code may lie outside the bounds */
export function parametersOf(
  ranges: readonly ActivationRange[],
  rule: CodeRule,
  bounds: Bounds | undefined,
  fits: boolean,
): Parameters {
  const { low, high } = bounds ?? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const least = ranges.reduce((min, range) => Math.min(min, range.min), 0);
  const most = ranges.reduce((max, range) => Math.max(max, range.max), 0);
  const range = { min: Math.max(low, least), max: Math.min(high, most) };
  const { scale, zeroPoint } = paramsOf(range, rule);
  const { symmetric, qmin, qmax } = rule;
  if (!fits) return { scale, zeroPoint, symmetric };
  const fitted = Math.min(fitting(scale, qmax - zeroPoint, high), fitting(scale, zeroPoint - qmin, -low));
  return { scale: fitted, zeroPoint, symmetric };
}

/** The largest float32 up to `scale` for which `steps` steps do not pass `bound`: engines take a Clip away only then. */
function fitting(scale: number, steps: number, bound: number): number {
  if (steps === 0 || Math.fround(scale * steps) <= bound) return scale;
  let fitted = Math.fround(bound / steps);
  while (Math.fround(fitted * steps) > bound) fitted = below(fitted);
  return fitted;
}

/** The next smaller float32 of a positive one. */
function below(value: number): number {
  const bits = new Uint32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = value;
  bits[0] = bits[0]! - 1;
  return float[0]!;
}
