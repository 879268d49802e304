// Cuts a stream of float chunks anew, at given sizes.

import type { FloatChunk } from './floatChunks.js';

/** Yields the values of `chunks` in groups of the given sizes, which must sum to their number. A group is a view of
 *  its chunk where it lies inside one, else a copy; valid until the next is asked for. */
export async function* regroup(
  chunks: AsyncIterable<FloatChunk>,
  sizes: Iterable<number>,
): AsyncGenerator<Float32Array> {
  const next = sizes[Symbol.iterator]();
  let size = next.next();
  let group: Float32Array | undefined;
  let filled = 0;
  for await (const { values } of chunks) {
    let at = 0;
    while (at < values.length && !size.done) {
      const left = values.length - at;
      if (filled === 0 && left >= size.value) {
        yield values.subarray(at, at + size.value);
        at += size.value;
        size = next.next();
        continue;
      }
      group ??= new Float32Array(size.value);
      const taken = Math.min(size.value - filled, left);
      group.set(values.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled === size.value) {
        yield group;
        group = undefined;
        filled = 0;
        size = next.next();
      }
    }
  }
}
