// removalOutlier: from the mean of the samples' quantiles 0.0001 to the mean of their quantiles 0.9999. What is rare in every
// sample is clipped.

import type { ActivationMethod } from './method.js';
import { withZero } from './ranges.js';

export const removalOutlier: ActivationMethod = (_engine, { meanQuantiles: { low, high } }) =>
  withZero(low, high);
