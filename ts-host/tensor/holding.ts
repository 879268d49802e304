// Counts the buffers of a stream against the memory limit for as long as the stream runs.

import type { RunContext } from '../context.js';

/** The items of `stream`, with `bytes` reserved from the first request to the end, however it ends.
 *  @throws OctavoError `MEMORY_LIMIT` before anything is read. */
export async function* holding<T>(
  { budget }: RunContext,
  bytes: number,
  what: string,
  stream: () => AsyncIterable<T>,
): AsyncGenerator<T> {
  budget.reserve(bytes, what);
  try {
    yield* stream();
  } finally {
    budget.release(bytes);
  }
}
