// Reads a float tensor of any width as float32, chunk by chunk. Chunk borders depend on dtype and length alone, so
// whatever is summed per chunk is the same in every run.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
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
  for await (const bytes of holding(context, chunk + converted, `reading ${tensor.name}`, read)) {
    const values = asFloat32(engine, dtype, bytes);
    yield { start, values };
    start += values.length;
  }
}

/** Chunks of exactly CHUNK_BYTES, the last one shorter. Stored data comes that way already and is passed through. */
async function* fixedChunks(data: TensorData, context: RunContext): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array | undefined;
  let filled = 0;
  for await (const chunk of data.chunks(context)) {
    let at = 0;
    while (at < chunk.byteLength) {
      if (filled === 0 && chunk.byteLength - at >= CHUNK_BYTES) {
        yield chunk.subarray(at, at + CHUNK_BYTES);
        at += CHUNK_BYTES;
        continue;
      }
      pending ??= new Uint8Array(Math.min(CHUNK_BYTES, data.byteLength));
      const taken = Math.min(pending.byteLength - filled, chunk.byteLength - at);
      pending.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled === CHUNK_BYTES) {
        yield pending;
        filled = 0;
      }
    }
  }
  if (filled > 0) yield pending!.subarray(0, filled);
}

function asFloat32(engine: Engine, dtype: FloatDType, bytes: Uint8Array): Float32Array {
  const aligned = alignedTo(bytes, DTYPE_BITS[dtype] / 8);
  const count = bytes.byteLength / (DTYPE_BITS[dtype] / 8);
  if (dtype === 'float32') return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  const values = new Float32Array(count);
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
