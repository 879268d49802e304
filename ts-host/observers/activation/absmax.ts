// absmax: as far on either side of 0 as the largest |x|.

import type { ActivationMethod } from './method.js';
import { reachRange } from './ranges.js';

export const absmax: ActivationMethod = (_engine, stats) =>
  reachRange(stats, Math.max(-stats.min, stats.max));
