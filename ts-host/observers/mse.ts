// mse: of several ranges, the one whose codes differ least from the weight in squared error, chosen per scale group.
//
// Up to 16 levels the candidates clip: losing the few largest values buys a finer step for all others. With more levels
// clipping never pays, but widening does: at a slightly larger step other values happen to fall on codes, and for the
// 9 weights of a depthwise channel the best of 31 steps has a third of the error of the first.

import { type FloatValues, rangeOf } from '../tensor/range.js';
import type { ScaleChooser, Scales } from '../tensor/scales.js';
import type { Engine } from '../wasm/engine.js';
import { addQuantError } from '../wasm/kernels/quant-error.js';
import { type Range, type ScaleRule, scalesFromRange } from '../wasm/kernels/ranges.js';
import type { ScaleLayout } from '../wasm/layout.js';

/** Shares of the full range that are tried, the plain one first. Exact float32 products are not needed, only the same
 *  ones everywhere: see `scaled`. */
function shares(rule: ScaleRule): number[] {
  if (rule.qmax - rule.qmin < 16) return Array.from({ length: 21 }, (_, i) => (40 - i) / 40);
  return Array.from({ length: 31 }, (_, i) => (100 + i) / 100);
}

export const mse: ScaleChooser = async (engine, values, layout, rule) => {
  const range = await rangeOf(engine, values, layout);
  // A scale, a zero point and an error for every candidate of every group.
  const bytes = 16 * shares(rule).length * layout.scaleCount;
  values.budget.reserve(bytes, `searching scales for ${values.tensor}`);
  try {
    return await search(engine, values, layout, rule, range);
  } finally {
    values.budget.release(bytes);
  }
};

async function search(
  engine: Engine,
  values: FloatValues,
  layout: ScaleLayout,
  rule: ScaleRule,
  range: Range,
): Promise<Scales> {
  const candidates: { scales: Scales; error: Float64Array }[] = [];
  for (const share of shares(rule)) {
    const scales = scalesFromRange(engine, scaled(range, share), rule);
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
}

/** The range times `share`; one float64 product, rounded once to float32. */
function scaled(range: Range, share: number): Range {
  return { min: range.min.map((v) => v * share), max: range.max.map((v) => v * share) };
}

/** Per group the candidate with the smallest error; the first of equals. */
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
