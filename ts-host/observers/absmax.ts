// absmax: the codes cover the whole range of the weight. symmetric: scale = max|w| / qmax (docs/quantization.md).

import { rangeOf } from '../tensor/range.js';
import type { ScaleChooser } from '../tensor/scales.js';
import { scalesFromRange } from '../wasm/kernels/ranges.js';

export const absmax: ScaleChooser = async (engine, values, layout, rule) =>
  scalesFromRange(engine, await rangeOf(engine, values, layout), rule);
