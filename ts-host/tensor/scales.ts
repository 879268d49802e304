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

/** Chooses the scales of a constant tensor.
 *  @throws OctavoError `NON_FINITE_WEIGHT` when a value is NaN or infinite. */
export type ScaleChooser = (
  engine: Engine,
  values: FloatValues,
  layout: ScaleLayout,
  rule: ScaleRule,
) => Promise<Scales>;
