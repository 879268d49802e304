// Going through what a caller gave: a collection, or a generator that can be used once.

import { OctavoError } from '../errors.js';
import { abortable, ioError } from '../io/wait.js';

export type AnyIterable<T> = AsyncIterable<T> | Iterable<T>;

/** Iterators that cannot begin again and have been used. */
const spent = new WeakSet<object>();

/** What is in a collection, one after the other.
 *  @param field - what the collection is called in errors
 *  @param holds - what it should hold, in words
 *  @throws OctavoError `INVALID_ARGUMENT` for something that is no collection, or a generator that was used; `IO_FAILED` when
 *  the collection fails; `ABORTED` */
export async function* iterate<T>(
  given: AnyIterable<T>,
  signal: AbortSignal | undefined,
  field: string,
  holds: string,
): AsyncGenerator<T, void, undefined> {
  const iterator = begin(given, field, holds);
  // Only while a value is held: an iterator that is done or failed needs no return(), one that was aborted has been told.
  let open = false;
  try {
    for (;;) {
      const { done, value } = await next(iterator, signal, field);
      if (done === true) return;
      open = true;
      yield value;
      open = false;
    }
  } finally {
    if (open) await iterator.return?.();
  }
}

/** Whether it can be gone through more than once. */
export function isRepeatableIterable(given: AnyIterable<unknown>): boolean {
  return typeof (given as Partial<Iterator<unknown>>).next !== 'function';
}

function begin<T>(given: AnyIterable<T>, field: string, holds: string): AsyncIterator<T> | Iterator<T> {
  const isObject = typeof given === 'object' && given !== null && !ArrayBuffer.isView(given);
  const source: Partial<AsyncIterable<T> & Iterable<T>> = isObject ? given : {};
  const iterator = source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.();
  if (iterator === undefined) {
    const message = `${field} must be an array, an iterable or an async iterable of ${holds}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field });
  }
  if (iterator === (given as unknown)) {
    if (spent.has(iterator)) {
      const message =
        `these ${field} were gone through already: a generator cannot begin again; give an array, or an object whose ` +
        '[Symbol.asyncIterator]() makes a new one';
      throw new OctavoError('INVALID_ARGUMENT', message, { field });
    }
    spent.add(iterator);
  }
  return iterator;
}

async function next<T>(
  iterator: AsyncIterator<T> | Iterator<T>,
  signal: AbortSignal | undefined,
  field: string,
): Promise<IteratorResult<T>> {
  try {
    return await abortable(Promise.resolve(iterator.next()), signal);
  } catch (error) {
    if (signal?.aborted) void leave(iterator);
    throw ioError(error, `going through the ${field}`);
  }
}

/** Tells an iterator that it is asked no more, so that it can close what it has opened. Whoever aborts does not wait for the answer,
 *  which may never come, and an error of the clean-up does not take the place of the abort. */
async function leave(iterator: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {}
}
