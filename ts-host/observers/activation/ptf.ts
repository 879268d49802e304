// ptf: of the full range and its half, quarter and eighth, the one with the least expected squared error. Scales that differ by
// powers of two turn into one another by shifts.

import { codeErrors } from '../../wasm/kernels/execute/search.js';
import { nonZeros } from './histograms.js';
import type { ActivationMethod } from './method.js';
import { codesOf } from './params.js';
import { searchedRange } from './rangeSearch.js';

export const ptf: ActivationMethod = (engine, stats, rule) => {
  const full = searchedRange(stats, rule);
  const ranges = [1, 0.5, 0.25, 0.125].map((share) => ({
    min: full.min * share + 0,
    max: full.max * share + 0,
  }));
  const errors = codeErrors(
    engine,
    nonZeros(stats),
    ranges.map((range) => codesOf(range, rule)),
    2,
  );
  return ranges[errors.indexOf(Math.min(...errors))]!;
};
