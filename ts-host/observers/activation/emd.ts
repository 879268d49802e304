// emd: the range whose codes are the least earth mover's distance away: the distribution of codes is made from that of values by
// moving each to its code, and no way of moving is shorter, for codes are in the order of values. So the distance is the
// expected |x − x̂|, which minds rare large errors less than mse does.

import { codeErrors } from '../../wasm/kernels/execute/search.js';
import { nonZeros } from './histograms.js';
import type { ActivationMethod } from './method.js';
import { codesOf } from './params.js';
import { searchRange } from './rangeSearch.js';

export const emd: ActivationMethod = (engine, stats, rule) => {
  const bins = nonZeros(stats);
  return searchRange(stats, rule, (ranges) =>
    codeErrors(
      engine,
      bins,
      ranges.map((range) => codesOf(range, rule)),
      1,
    ),
  );
};
