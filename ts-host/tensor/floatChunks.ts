// Reads a float tensor of any width as float32, chunk by chunk. Chunk borders depend on dtype and length alone, so
// whatever is summed per chunk is the same in every run.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { lentBy, type Take } from '../io/buffers.js';
import { DTYPE_BITS, type FloatDType, isFloat } from '../ir/dtype.js';
import { CHUNK_BYTES, type Tensor, type TensorData } from '../ir/tensor.js';
import type { Engine } from '../wasm/engine.js';
import { bfloat16ToFloat32, float16ToFloat32, float64ToFloat32 } from '../wasm/kernels/floats.js';
import { holding } from './holding.js';

/** Consecutive float32 values of a tensor; valid until the next is asked for. `start` = index of the first. */
export interface FloatChunk {
  readonly start: number;
  readonly values: Float32Array;
}

/** Yields the values of `tensor` converted to float32 (float64 rounds to nearest even).
 *  @throws OctavoError `UNSUPPORTED_DTYPE` when the tensor does not hold floats. */
export async function* floatChunks(
  engine: Engine,
  tensor: Tensor,
  context: RunContext,
): AsyncGenerator<FloatChunk> {
  const { dtype } = tensor;
  if (!isFloat(dtype)) {
    throw new OctavoError('UNSUPPORTED_DTYPE', `${dtype} values are not floats`, { tensor: tensor.name });
  }
  const chunk = Math.min(CHUNK_BYTES, tensor.data.byteLength);
  const converted = dtype === 'float32' ? 0 : (32 / DTYPE_BITS[dtype]) * chunk;
  let start = 0;
  const read = () => fixedChunks(tensor.data, context);
  const { take, release } = lentBy(context);
  try {
    for await (const bytes of holding(context, chunk + converted, `reading ${tensor.name}`, read)) {
      release();
      const values = asFloat32(engine, dtype, bytes, take);
      yield { start, values };
      start += values.length;
    }
  } finally {
    release();
  }
}

/** Chunks of exactly CHUNK_BYTES, the last one shorter. Stored data comes that way already and is passed through. */
async function* fixedChunks(data: TensorData, context: RunContext): AsyncGenerator<Uint8Array> {
  const { take, release } = lentBy(context);
  let pending: Uint8Array | undefined;
  let filled = 0;
  let left = data.byteLength;
  try {
    for await (const chunk of data.chunks(context)) {
      for (let at = 0; at < chunk.byteLength; ) {
        const wanted = Math.min(CHUNK_BYTES, left);
        const part = chunk.subarray(at, at + wanted - filled);
        at += part.byteLength;
        if (part.byteLength < wanted) {
          pending ??= take(wanted);
          pending.set(part, filled);
          filled += part.byteLength;
          if (filled < wanted) continue;
        }
        yield filled === 0 ? part : pending!.subarray(0, wanted);
        left -= wanted;
        filled = 0;
      }
    }
  } finally {
    release();
  }
}

function asFloat32(engine: Engine, dtype: FloatDType, bytes: Uint8Array, take: Take): Float32Array {
  const aligned = alignedTo(bytes, DTYPE_BITS[dtype] / 8);
  const count = bytes.byteLength / (DTYPE_BITS[dtype] / 8);
  if (dtype === 'float32') return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  const values = new Float32Array(take(4 * count).buffer, 0, count);
  if (dtype === 'float64') {
    float64ToFloat32(engine, new Float64Array(aligned.buffer, aligned.byteOffset, count), values);
    return values;
  }
  const halves = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  (dtype === 'float16' ? float16ToFloat32 : bfloat16ToFloat32)(engine, halves, values);
  return values;
}

function alignedTo(bytes: Uint8Array, size: number): Uint8Array {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}
