// How scales are chosen, as the code that needs scales sees it. The observers (observers/) implement it.

import type { Engine } from '../wasm/engine.js';
import type { ScaleRule } from '../wasm/kernels/ranges.js';
import type { ScaleLayout } from '../wasm/layout.js';
import type { FloatValues } from './range.js';

/** `layout.scaleCount` scales, each finite and > 0, and as many zero points within the rule's codes. */
export interface Scales {
  readonly scale: Float32Array;
  readonly zeroPoint: Int32Array;
}

/** What the rows of a weight are multiplied with: row r uses scale r mod scaleCount, and its element j meets an input of
 *  mean means[j]. An observer then minimises, with d = w − ŵ,
 *
 *      Σ d[j]² + biasWeight[scale] · (Σ means[j] · d[j])²
 *
 *  which is the expected squared error of the output, E (Σ d[j] · x[j])², over the variance of an input, for inputs that
 *  are independent and of one variance v: biasWeight = 1 / v. */
export interface RowInputs {
  readonly rows: number;
  readonly means: Float32Array;
  /** One per scale, finite and >= 0. */
  readonly biasWeight: Float64Array;
}

/** Chooses the scales of a constant tensor. With `inputs` the layout's scales must lie row by row; an observer that does
 *  not look at errors ignores them.
 *  @throws OctavoError `NON_FINITE_WEIGHT` when a value is NaN or infinite. */
export type ScaleChooser = (
  engine: Engine,
  values: FloatValues,
  layout: ScaleLayout,
  rule: ScaleRule,
  inputs?: RowInputs,
) => Promise<Scales>;
