// A float tensor whose channels are multiplied by factors, computed while it is read: what folding a normalization or
// equalizing layers makes of a weight.

import { lentBy } from '../io/buffers.js';
import type { Granularity } from '../ir/plan.js';
import { elementCount, type Tensor, type TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { scaleValues } from '../wasm/kernels/fold.js';
import { floatChunks } from './floatChunks.js';
import { scaleLayout } from './layout.js';

/** The values of `tensor` as float32, each times the factor of its channel: float64 products, rounded once.
 *  @param factor - one for each channel along `axis` */
export function scaledData(engine: Engine, tensor: Tensor, axis: number, factor: Float64Array): TensorData {
  const granularity: Granularity = { kind: 'channel', axis };
  const layout = scaleLayout(tensor.dims, granularity);
  return {
    byteLength: 4 * elementCount(tensor.dims, tensor.name),
    async *chunks(context) {
      const { take, release } = lentBy(context);
      try {
        for await (const { start, values } of floatChunks(engine, tensor, context)) {
          release();
          const bytes = take(values.byteLength);
          const scaled = new Float32Array(bytes.buffer, 0, values.length);
          scaleValues(engine, values, scaled, layout, factor, start);
          yield bytes;
        }
      } finally {
        release();
      }
    },
  };
}
