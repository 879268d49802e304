// mse: of 21 clipped ranges, the one whose codes differ least from the weight in squared error, chosen per scale
// group. Clipping the few largest values buys a finer step for all others; at 4 bits and below that often pays.

import { rangeOf } from '../tensor/range.js';
import type { ScaleChooser, Scales } from '../tensor/scales.js';
import { addQuantError } from '../wasm/kernels/quant-error.js';
import { type Range, scalesFromRange } from '../wasm/kernels/ranges.js';

/** Share of the full range that a candidate keeps: 40/40, 39/40, … 20/40. Exact float32 products are not needed,
 *  only the same ones everywhere: see `clipped`. */
const STEPS = 40;
const SMALLEST = 20;

export const mse: ScaleChooser = async (engine, values, layout, rule) => {
  const range = await rangeOf(engine, values, layout);
  const candidates: { scales: Scales; error: Float64Array }[] = [];
  for (let share = STEPS; share >= SMALLEST; share--) {
    const scales = scalesFromRange(engine, clipped(range, share / STEPS), rule);
    candidates.push({ scales, error: new Float64Array(layout.scaleCount) });
  }
  for await (const chunk of values.chunks()) {
    for (const { scales, error } of candidates) {
      addQuantError(
        engine,
        chunk.values,
        { layout, ...scales, qmin: rule.qmin, qmax: rule.qmax },
        error,
        chunk.start,
      );
    }
  }
  return best(candidates);
};

/** The range times `share`; one float64 product, rounded once to float32. */
function clipped(range: Range, share: number): Range {
  return { min: range.min.map((v) => v * share), max: range.max.map((v) => v * share) };
}

/** Per group the candidate with the smallest error; the widest of equals. */
function best(candidates: readonly { scales: Scales; error: Float64Array }[]): Scales {
  const first = candidates[0]!;
  const scale = first.scales.scale.slice();
  const zeroPoint = first.scales.zeroPoint.slice();
  const least = first.error.slice();
  for (const { scales, error } of candidates) {
    for (let group = 0; group < least.length; group++) {
      if (!(error[group]! < least[group]!)) continue;
      least[group] = error[group]!;
      scale[group] = scales.scale[group]!;
      zeroPoint[group] = scales.zeroPoint[group]!;
    }
  }
  return { scale, zeroPoint };
}
