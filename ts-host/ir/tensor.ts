// Tensors with lazy data: dims and dtype are known, bytes are read (or computed) when somebody writes or
// analyses them, chunk by chunk, so that a model larger than memory passes through.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { Breather } from '../io/breather.js';
import { lentBy } from '../io/buffers.js';
import type { Source } from '../io/source.js';
import { DTYPE_BITS, type DType } from './dtype.js';

/** Bytes handed out at a time. A constant, never a function of memoryLimit or runtime: float sums are made per
 *  chunk, and equal chunks are what makes them equal everywhere. A multiple of every element size. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** The bytes of a tensor: little-endian, row-major, 2- and 4-bit elements packed low bits first. */
export interface TensorData {
  /** Exact, known before anything is read. */
  readonly byteLength: number;
  /** Yields the bytes in order; lengths sum to `byteLength`. Every chunk but the last has CHUNK_BYTES bytes where
   *  the data is stored, any length where it is computed, but always whole elements (whole bytes below 8 bits).
   *  A chunk is valid until the next one is asked for. */
  chunks(context: RunContext): AsyncIterable<Uint8Array>;
  /** Present where the data is stored plainly: random access without computing what lies before. */
  readonly slice?: { readonly source: Source; readonly offset: number };
  /** Of the bytes, where the file tells one: whoever brings them into memory compares it. */
  readonly checksum?: number;
}

export interface Tensor {
  readonly name: string;
  readonly dtype: DType;
  /** Non-negative integers whose product is below 2^32. Empty for a scalar. */
  readonly dims: readonly number[];
  readonly data: TensorData;
  /** What the file held beside name, dtype, dims and data; only the format's own writer looks inside. */
  readonly origin?: unknown;
}

/** Number of elements.
 *  @throws OctavoError `MALFORMED` for a negative or fractional dim, `LIMIT_EXCEEDED` at 2^32 elements and more. */
export function elementCount(dims: readonly number[], tensor?: string): number {
  const place = tensor === undefined ? {} : { tensor };
  let count = 1n;
  for (const dim of dims) {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new OctavoError('MALFORMED', `dims [${dims.join(', ')}] hold a negative or unsafe number`, place);
    }
    count *= BigInt(dim);
  }
  if (count >= 1n << 32n) {
    throw new OctavoError('LIMIT_EXCEEDED', `dims [${dims.join(', ')}] make 2^32 elements or more`, place);
  }
  return Number(count);
}

/** Bytes of `count` elements of `dtype`, the last byte padded. */
export function byteLengthOf(dtype: DType, count: number): number {
  return Math.ceil((count * DTYPE_BITS[dtype]) / 8);
}

/** Stored data: a range of a source. The range must have been checked. */
export function sliceData(source: Source, offset: number, byteLength: number): TensorData {
  return {
    byteLength,
    slice: { source, offset },
    async *chunks(context) {
      const { signal } = context;
      const breather = Breather.of(context);
      const { take, release } = lentBy(context);
      try {
        for (let at = 0; at < byteLength; at += CHUNK_BYTES) {
          context.throwIfAborted();
          if (breather.isDue) await breather.breathe();
          release();
          const [from, length] = [offset + at, Math.min(CHUNK_BYTES, byteLength - at)];
          yield source.readSync?.(from, length, take) ?? (await source.read(from, length, { signal, take }));
        }
      } finally {
        release();
      }
    },
  };
}

/** Data in memory. */
export function bytesData(bytes: Uint8Array): TensorData {
  return {
    byteLength: bytes.byteLength,
    async *chunks(context) {
      for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
        context.throwIfAborted();
        yield bytes.subarray(at, Math.min(at + CHUNK_BYTES, bytes.byteLength));
      }
    },
  };
}

/** All bytes of a tensor at once, counted against the memory limit only while it is assembled: for small ones. */
export async function readAll(data: TensorData, context: RunContext): Promise<Uint8Array> {
  context.budget.reserve(data.byteLength, 'reading a tensor');
  try {
    const all = new Uint8Array(data.byteLength);
    let at = 0;
    for await (const chunk of data.chunks(context)) {
      all.set(chunk, at);
      at += chunk.byteLength;
    }
    return all;
  } finally {
    context.budget.release(data.byteLength);
  }
}
