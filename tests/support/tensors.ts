// Tensors for tests of the core: values in, any storage type and any chunking out, and bytes read back.

import { RunContext } from '../../ts-host/context.js';
import type { DType } from '../../ts-host/ir/dtype.js';
import type { Tensor, TensorData } from '../../ts-host/ir/tensor.js';
import { nearestBfloat, nearestHalf } from './float-oracle.js';

/** The little-endian bytes of `values` in a float type. */
export function floatBytes(dtype: DType, values: ArrayLike<number>): Uint8Array {
  const typed =
    dtype === 'float64'
      ? Float64Array.from(values)
      : dtype === 'float16'
        ? Uint16Array.from(values, nearestHalf)
        : dtype === 'bfloat16'
          ? Uint16Array.from(values, nearestBfloat)
          : Float32Array.from(values);
  return new Uint8Array(typed.buffer);
}

/** Data handed out in chunks of the given lengths, over and over; each chunk `shift` bytes off any alignment. */
export function chunkedData(bytes: Uint8Array, lengths: readonly number[], shift = 0): TensorData {
  return {
    byteLength: bytes.byteLength,
    async *chunks() {
      for (let at = 0, i = 0; at < bytes.byteLength; i++) {
        const part = bytes.subarray(at, at + lengths[i % lengths.length]!);
        const moved = new Uint8Array(part.byteLength + shift + 8);
        moved.set(part, shift);
        yield moved.subarray(shift, shift + part.byteLength);
        at += part.byteLength;
      }
    },
  };
}

export function floatTensorOf(
  dims: readonly number[],
  values: ArrayLike<number>,
  dtype: DType = 'float32',
  lengths: readonly number[] = [4 * 1024 * 1024],
  shift = 0,
): Tensor {
  return { name: 'w', dtype, dims, data: chunkedData(floatBytes(dtype, values), lengths, shift) };
}

/** All bytes of a tensor's data, which must be as many as it announces. */
export async function bytesOf(data: TensorData, context = new RunContext()): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of data.chunks(context)) parts.push(chunk.slice());
  const bytes = new Uint8Array(Buffer.concat(parts));
  if (bytes.byteLength !== data.byteLength) {
    throw new Error(`${bytes.byteLength} bytes came, ${data.byteLength} were announced`);
  }
  return bytes;
}

export async function float32Of(data: TensorData): Promise<Float32Array> {
  return new Float32Array((await bytesOf(data)).buffer);
}
