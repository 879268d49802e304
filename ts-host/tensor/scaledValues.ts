// A float tensor whose channels are multiplied by factors, computed while it is read: what folding a normalization or
// equalizing layers makes of a weight.

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
      for await (const { start, values } of floatChunks(engine, tensor, context)) {
        const scaled = new Float32Array(values.length);
        scaleValues(engine, values, scaled, layout, factor, start);
        yield new Uint8Array(scaled.buffer);
      }
    },
  };
}
