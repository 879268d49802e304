// avg: as far on either side of 0 as the largest |x| of a sample, on average over samples. One odd sample does not widen the
// range for all.

import type { ActivationMethod } from './method.js';
import { reachRange } from './ranges.js';

export const avg: ActivationMethod = (_engine, stats) => reachRange(stats, stats.meanAbsMax);
