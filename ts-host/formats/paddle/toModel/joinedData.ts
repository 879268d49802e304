// Data made of ranges of other data, one behind the other: read when it is asked for, never held.

import { sliceData, type TensorData } from '../../../ir/tensor.js';

/** `byteLength` bytes of `data` from `offset` on. */
export function rangeOf(data: TensorData, offset: number, byteLength: number): TensorData {
  const { slice } = data;
  if (slice !== undefined) return sliceData(slice.source, slice.offset + offset, byteLength);
  return {
    byteLength,
    async *chunks(context) {
      let at = 0;
      for await (const chunk of data.chunks(context)) {
        const [from, to] = [Math.max(offset - at, 0), Math.min(offset + byteLength - at, chunk.byteLength)];
        if (from < to) yield chunk.subarray(from, to);
        at += chunk.byteLength;
        if (at >= offset + byteLength) return;
      }
    },
  };
}

/** All of `parts` in order. */
export function joinedData(parts: readonly TensorData[]): TensorData {
  return {
    byteLength: parts.reduce((sum, part) => sum + part.byteLength, 0),
    async *chunks(context) {
      for (const part of parts) yield* part.chunks(context);
    },
  };
}
