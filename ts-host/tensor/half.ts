// A float tensor stored as float16, converted while it is written.

import type { Tensor, TensorData } from '../ir/tensor.js';
import { CHUNK_BYTES, elementCount } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { float32ToFloat16 } from '../wasm/kernels/floats.js';
import { floatChunks } from './floatChunks.js';
import { holding } from './holding.js';

/** Largest finite float16. Values from 65520 on would round to infinity. */
export const FLOAT16_MAX = 65504;

/** The values of `tensor` rounded to nearest even float16. */
export function halfData(engine: Engine, tensor: Tensor): TensorData {
  const byteLength = 2 * elementCount(tensor.dims, tensor.name);
  const bytes = Math.min(byteLength, CHUNK_BYTES);
  return {
    byteLength,
    async *chunks(context) {
      const read = () => floatChunks(engine, tensor, context);
      for await (const { values } of holding(context, bytes, `converting ${tensor.name}`, read)) {
        const halves = new Uint16Array(values.length);
        float32ToFloat16(engine, values, halves);
        yield new Uint8Array(halves.buffer);
      }
    },
  };
}
