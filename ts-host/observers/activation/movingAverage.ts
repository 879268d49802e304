// movingAverage: of each sample's extremes, in the order of samples, the later ones weighing more:
//
//   a ← a + rate / (1 − (1 − rate)^n) · (x − a)          n = 1, 2, …
//
// which is the average with weights (1 − rate)^age. For many samples the factor is the rate; without the divisor the first
// sample would weigh as much as 1 / rate others.

import { OctavoError } from '../../errors.js';
import type { ActivationMethod } from './method.js';
import { withZero } from './ranges.js';

const DEFAULT_RATE = 0.01;

export const movingAverage: ActivationMethod = (_engine, stats, _rule, { rate = DEFAULT_RATE }) => {
  if (!(rate > 0 && rate <= 1)) {
    throw new OctavoError('INVALID_ARGUMENT', `a rate is in (0, 1], not ${rate}`, { field: 'rate' });
  }
  let [min, max, left] = [0, 0, 1];
  for (const seen of stats.extremes) {
    left *= 1 - rate;
    const weight = rate / (1 - left);
    min += weight * (seen.min - min);
    max += weight * (seen.max - max);
  }
  return withZero(min, max);
};
