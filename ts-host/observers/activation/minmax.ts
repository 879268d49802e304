// minmax: everything seen fits. Nothing is clipped, however rare.

import type { ActivationMethod } from './method.js';
import { fullRange } from './ranges.js';

export const minmax: ActivationMethod = (_engine, stats) => fullRange(stats);
