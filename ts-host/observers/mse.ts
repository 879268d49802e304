// mse: of several ranges, the one whose codes err least, chosen per scale group. The error is that of the weight, or,
// where the inputs of its rows are known, the expected error of the output (RowInputs in tensor/scales.ts).
//
// Up to 16 levels the candidates clip: losing the few largest values buys a finer step for all others. With more levels
// clipping never pays, but widening does: at a slightly larger step other values happen to fall on codes, and for the
// 9 weights of a depthwise channel the best of 31 steps has a third of the error of the first. The sum of the
// differences varies more from step to step than their squares do, so that the mean of an output can nearly be kept.

import { type FloatValues, rangeOf } from '../tensor/range.js';
import type { RowInputs, ScaleChooser, Scales } from '../tensor/scales.js';
import type { Engine } from '../wasm/engine.js';
import { addQuantBias, addQuantError } from '../wasm/kernels/quant-error.js';
import type { QuantParams } from '../wasm/kernels/quantize.js';
import { type Range, type ScaleRule, scalesFromRange } from '../wasm/kernels/ranges.js';
import { forEachTile } from '../wasm/kernels/tiles.js';
import type { ScaleLayout } from '../wasm/layout.js';

interface Candidate {
  readonly params: QuantParams;
  readonly error: Float64Array;
  readonly bias: Float64Array;
}

export const mse: ScaleChooser = async (engine, values, given, rule, inputs) => {
  const layout = inputs === undefined ? given : rowLayout(inputs, given.scaleCount);
  const range = await rangeOf(engine, values, layout);
  const tried = shares(rule, inputs);
  // A scale, a zero point, an error and a bias for every candidate of every group.
  const bytes = 24 * tried.length * layout.scaleCount;
  values.budget.reserve(bytes, `searching scales for ${values.tensor}`);
  try {
    const candidates = tried.map((share) => candidate(engine, range, share, layout, rule));
    await addErrors(engine, values, candidates, inputs);
    return best(candidates, inputs);
  } finally {
    values.budget.release(bytes);
  }
};

async function addErrors(
  engine: Engine,
  values: FloatValues,
  candidates: readonly Candidate[],
  inputs: RowInputs | undefined,
): Promise<void> {
  for await (const { values: x, start } of values.chunks()) {
    // A tile stays in the cache while all candidates are tried on it.
    forEachTile(start, x.length, (from, to) => {
      const tile = x.subarray(from, to);
      for (const { params, error, bias } of candidates) {
        if (inputs === undefined) addQuantError(engine, tile, params, error, start + from);
        else addQuantBias(engine, tile, params, inputs.means, { error, bias }, start + from);
      }
    });
  }
}

const rowLayout = ({ means }: RowInputs, scaleCount: number): ScaleLayout => ({
  depth: means.length,
  inner: 1,
  block: means.length,
  scaleCount,
});

/** Elements times candidates that a search over known inputs may take; about 1 ms, and 8 candidates in any case. */
const SEARCH_ELEMENTS = 1 << 20;

/** Shares of the full range that are tried, the plain one first. Exact float32 products are not needed, only the same
 *  ones everywhere: see `scaled`. Over known inputs small weights are tried longer, for they gain most. */
function shares(rule: ScaleRule, inputs: RowInputs | undefined): number[] {
  if (rule.qmax - rule.qmin < 16) return Array.from({ length: 21 }, (_, i) => (40 - i) / 40);
  const count = inputs === undefined ? 31 : affordable(inputs.rows * inputs.means.length);
  return Array.from({ length: count }, (_, i) => (100 + i) / 100);
}

const affordable = (elements: number): number =>
  Math.max(8, Math.min(61, Math.floor(SEARCH_ELEMENTS / elements)));

function candidate(
  engine: Engine,
  range: Range,
  share: number,
  layout: ScaleLayout,
  rule: ScaleRule,
): Candidate {
  const scales = scalesFromRange(engine, scaled(range, share), rule);
  const params = { layout, ...scales, qmin: rule.qmin, qmax: rule.qmax };
  return { params, error: new Float64Array(layout.scaleCount), bias: new Float64Array(layout.scaleCount) };
}

/** The range times `share`; one float64 product, rounded once to float32. */
function scaled(range: Range, share: number): Range {
  const [min, max] = [range.min.slice(), range.max.slice()];
  for (let group = 0; group < min.length; group++) {
    min[group] = min[group]! * share;
    max[group] = max[group]! * share;
  }
  return { min, max };
}

/** Per group the candidate with the smallest error; the first of equals. */
function best(candidates: readonly Candidate[], inputs: RowInputs | undefined): Scales {
  const errorOf = ({ error, bias }: Candidate, group: number): number =>
    inputs === undefined
      ? error[group]!
      : error[group]! + inputs.biasWeight[group]! * bias[group]! * bias[group]!;
  const first = candidates[0]!;
  const scale = first.params.scale.slice();
  const zeroPoint = first.params.zeroPoint.slice();
  const least = Float64Array.from(first.error, (_, group) => errorOf(first, group));
  for (const each of candidates) {
    for (let group = 0; group < least.length; group++) {
      const error = errorOf(each, group);
      if (!(error < least[group]!)) continue;
      least[group] = error;
      scale[group] = each.params.scale[group]!;
      zeroPoint[group] = each.params.zeroPoint[group]!;
    }
  }
  return { scale, zeroPoint };
}
