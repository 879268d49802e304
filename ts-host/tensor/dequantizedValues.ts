// The float values that codes stand for, computed while they are read.

import type { RunContext } from '../context.js';
import type { Granularity } from '../ir/plan.js';
import { CHUNK_BYTES, elementCount, type TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { type Codes, dequantize } from '../wasm/kernels/quantize.js';
import { holding } from './holding.js';
import { scaleLayout } from './layout.js';

/** Codes of a tensor: 8 or 16 bits with a sign, zero point 0. */
export interface StoredCodes {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dtype: 'int8' | 'int16';
  readonly data: TensorData;
}

/** code · scale as float32.
 *  @param scale - one, or one for each position along `granularity`'s axis */
export function dequantizedData(
  engine: Engine,
  codes: StoredCodes,
  granularity: Granularity,
  scale: Float32Array,
): TensorData {
  const params = {
    layout: scaleLayout(codes.dims, granularity),
    scale,
    zeroPoint: new Int32Array(scale.length),
  };
  const count = elementCount(codes.dims, codes.name);
  return {
    byteLength: 4 * count,
    async *chunks(context: RunContext) {
      let start = 0;
      const read = () => codes.data.chunks(context);
      const bytes = Math.min(4 * count, 4 * CHUNK_BYTES);
      for await (const chunk of holding(context, bytes, `reading ${codes.name}`, read)) {
        const piece = asCodes(codes.dtype, chunk);
        const values = new Float32Array(piece.length);
        dequantize(engine, piece, values, params, start);
        start += piece.length;
        yield new Uint8Array(values.buffer);
      }
    },
  };
}

function asCodes(dtype: 'int8' | 'int16', chunk: Uint8Array): Codes {
  if (dtype === 'int8') return new Int8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const aligned = chunk.byteOffset % 2 === 0 ? chunk : chunk.slice();
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 2);
}
