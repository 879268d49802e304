// The int32 codes of a bias, computed while they are written. Their scale is that of the products they are added to.

import { elementCount, type Tensor, type TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { quantizeBias } from '../wasm/kernels/fold.js';
import { floatChunks } from './floatChunks.js';

/** roundHalfToEven(b[c] / scale[c]) as little-endian int32.
 *  @param scale - one for each element, or one for all */
export function biasData(engine: Engine, tensor: Tensor, scale: Float32Array): TensorData {
  const count = elementCount(tensor.dims, tensor.name);
  const each = scale.length === 1 ? new Float32Array(count).fill(scale[0]!) : scale;
  return {
    byteLength: 4 * count,
    async *chunks(context) {
      for await (const { start, values } of floatChunks(engine, tensor, context)) {
        const codes = quantizeBias(engine, values, each.subarray(start, start + values.length));
        yield new Uint8Array(codes.buffer);
      }
    },
  };
}
