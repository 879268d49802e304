// mse: the range whose codes have the least expected squared error: rounding inside against clipping outside, from the
// histogram, values being spread evenly over each bin and zeros being exact. Computed for the very scale and zero point that
// would be stored.

import { codeErrors } from '../../wasm/kernels/execute/search.js';
import { nonZeros } from './histograms.js';
import type { ActivationMethod } from './method.js';
import { codesOf } from './params.js';
import { searchRange } from './rangeSearch.js';

export const mse: ActivationMethod = (engine, stats, rule) => {
  const bins = nonZeros(stats);
  return searchRange(stats, rule, (ranges) =>
    codeErrors(
      engine,
      bins,
      ranges.map((range) => codesOf(range, rule)),
      2,
    ),
  );
};
