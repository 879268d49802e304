// Ranges that several methods start from.

import type { ActivationRange } from './method.js';
import type { TensorStats } from './stats.js';

/** [min, max] widened to hold 0; −0 is 0. */
export const withZero = (min: number, max: number): ActivationRange => ({
  min: Math.min(0, min) + 0,
  max: Math.max(0, max) + 0,
});

/** The range that holds everything seen. */
export const fullRange = ({ min, max }: TensorStats): ActivationRange => withZero(min, max);

/** [−reach, reach], of which the side without any value is left out: its codes would not be used. */
export const reachRange = ({ min, max }: TensorStats, reach: number): ActivationRange =>
  withZero(min < 0 ? -reach : 0, max > 0 ? reach : 0);

/** Whether there are values on one side of 0 only, as behind a ReLU. */
export const isOneSided = ({ min, max }: ActivationRange): boolean => min >= 0 || max <= 0;
