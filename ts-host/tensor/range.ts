// The range pass: smallest and largest value of every scale group, in one streamed reading.

import type { MemoryBudget } from '../context.js';
import { OctavoError } from '../errors.js';
import type { Engine } from '../wasm/engine.js';
import { newRange, type Range, updateRange } from '../wasm/kernels/ranges.js';
import type { ScaleLayout } from '../wasm/layout.js';
import type { FloatChunk } from './floatChunks.js';

/** Values of a tensor, or of a piece of one. Every iteration reads them anew. */
export interface FloatValues {
  readonly tensor: string;
  /** What buffers that grow with the number of scales are counted against. */
  readonly budget: MemoryBudget;
  chunks(): AsyncIterable<FloatChunk>;
}

/** Min and max per scale group.
 *  @throws OctavoError `NON_FINITE_WEIGHT` when a value is NaN or infinite. */
export async function rangeOf(engine: Engine, values: FloatValues, layout: ScaleLayout): Promise<Range> {
  const range = newRange(layout.scaleCount);
  for await (const chunk of values.chunks()) {
    if (updateRange(engine, chunk.values, layout, range, chunk.start)) continue;
    throw new OctavoError(
      'NON_FINITE_WEIGHT',
      `NaN or infinity among the elements from ${chunk.start} on, ${chunk.values.length} in number`,
      { tensor: values.tensor },
    );
  }
  return range;
}
