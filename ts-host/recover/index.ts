// The steps of recovery, in the order they are tried. A new one adds its file and a line here.

import { biasAnalytic } from './biasAnalytic.js';
import { biasEmpirical } from './biasEmpirical.js';
import { equalize, equalizeHalf } from './equalize.js';
import { rangesBy } from './ranges.js';
import type { RecoveryStep } from './step.js';
import { weights } from './weights.js';

export const RECOVERY_STEPS: readonly RecoveryStep[] = [
  equalizeHalf,
  equalize,
  rangesBy('mse'),
  rangesBy('percentile'),
  rangesBy('minmax'),
  weights,
  biasAnalytic,
  biasEmpirical,
];
