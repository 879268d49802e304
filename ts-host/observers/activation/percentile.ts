// percentile: all but a share of the values fit, the outermost ones. Symmetric codes and one-sided tensors lose the
// largest |x|, others half the share on either side. Ends are borders of bins, outside of what is to be kept.

import { OctavoError } from '../../errors.js';
import { bordersWithout, folded } from './histograms.js';
import type { ActivationMethod } from './method.js';
import { fullRange, isOneSided, reachRange, withZero } from './ranges.js';

const DEFAULT_PERCENTILE = 99.999;

export const percentile: ActivationMethod = (_engine, stats, rule, options) => {
  const { percentile: kept = DEFAULT_PERCENTILE } = options;
  if (!(kept > 0 && kept <= 100)) {
    throw new OctavoError('INVALID_ARGUMENT', `a percentile is in (0, 100], not ${kept}`, {
      field: 'percentile',
    });
  }
  const full = fullRange(stats);
  const left = (stats.count * (100 - kept)) / 100;
  const { histogram } = stats;
  if (rule.symmetric && !isOneSided(full)) {
    const { counts } = folded({ ...histogram, width: 1 });
    const { high } = bordersWithout({ ...histogram, first: 0, counts }, 0, Math.floor(left));
    return reachRange(stats, Math.min(high, Math.max(-full.min, full.max)));
  }
  const onLow = full.max === 0 ? 1 : full.min === 0 ? 0 : 0.5;
  const { low, high } = bordersWithout(histogram, Math.floor(left * onLow), Math.floor(left * (1 - onLow)));
  return withZero(Math.max(full.min, low), Math.min(full.max, high));
};
