// How every adapter waits: never longer than the caller's signal allows, and never throwing a runtime's own
// error. The abandoned promise may still settle later; what it then brings is handed to `discard`.

import { type ErrorPlace, OctavoError } from '../errors.js';

/** The error thrown when `signal` fired; its reason is the cause. */
export function abortedError(signal: AbortSignal): OctavoError {
  return new OctavoError('ABORTED', 'aborted by the caller', {}, { cause: signal.reason });
}

/** `error` itself when it is an OctavoError, else `IO_FAILED` with `error` as cause. */
export function ioError(error: unknown, action: string, place: ErrorPlace = {}): OctavoError {
  if (error instanceof OctavoError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new OctavoError('IO_FAILED', `${action} failed: ${detail}`, place, { cause: error });
}

/** The place for messages about `file`, where its name is known. */
export function filePlace(file: string | undefined, offset?: number): ErrorPlace {
  return { ...(file === undefined ? {} : { file }), ...(offset === undefined ? {} : { offset }) };
}

/** Those who wait on one signal, behind one listener: runtimes warn of a leak when a signal has many. The
 *  listener is there only while somebody waits, since a signal that is listened to is never collected. */
class Waiters {
  readonly #signal: AbortSignal;
  readonly #callbacks = new Set<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(onAbort: () => void): void {
    if (this.#callbacks.size === 0) this.#signal.addEventListener('abort', this.#fire);
    this.#callbacks.add(onAbort);
  }

  delete(onAbort: () => void): void {
    if (this.#callbacks.delete(onAbort) && this.#callbacks.size === 0) {
      this.#signal.removeEventListener('abort', this.#fire);
    }
  }

  readonly #fire = (): void => {
    for (const onAbort of this.#callbacks) onAbort();
  };
}

const waitersOf = new WeakMap<AbortSignal, Waiters>();

/** Calls `onAbort` when `signal` fires. Returns how to stop listening. */
function listen(signal: AbortSignal, onAbort: () => void): () => void {
  let waiters = waitersOf.get(signal);
  if (waiters === undefined) waitersOf.set(signal, (waiters = new Waiters(signal)));
  waiters.add(onAbort);
  return () => waiters.delete(onAbort);
}

/** Settles as `promise` does, or rejects with `ABORTED` as soon as `signal` fires.
 *  `discard` gets the value when it comes after the abort, to close what it holds. */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  discard?: (late: T) => void,
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    let abandoned = false;
    const onAbort = (): void => {
      abandoned = true;
      reject(abortedError(signal));
    };
    const stop = signal.aborted ? onAbort() : listen(signal, onAbort);
    promise.then(
      (value) => {
        stop?.();
        if (abandoned) discard?.(value);
        else resolve(value);
      },
      (error: unknown) => {
        stop?.();
        reject(error);
      },
    );
  });
}

/** What {@link ioWait} needs to name a failure and to stop waiting. */
export interface WaitOptions<T> {
  readonly signal?: AbortSignal | undefined;
  readonly place?: ErrorPlace;
  readonly discard?: (late: T) => void;
}

/** Runs one operation of the runtime. It is not started when the signal has fired already.
 *  @throws OctavoError `ABORTED`, or `IO_FAILED` with the runtime's error as cause. */
export async function ioWait<T>(
  action: string,
  start: () => Promise<T>,
  options: WaitOptions<T> = {},
): Promise<T> {
  const { signal, place, discard } = options;
  if (signal?.aborted) throw abortedError(signal);
  try {
    return await abortable(start(), signal, discard);
  } catch (error) {
    // fetch and streams reject with the signal's reason: that is an abort too.
    if (signal?.aborted) throw abortedError(signal);
    throw ioError(error, action, place);
  }
}

/** Starts a clean-up whose outcome cannot matter any more, since an error is on its way to the caller. */
export function cleanUpBehind(cleanUp: () => Promise<unknown>): void {
  Promise.resolve()
    .then(cleanUp)
    .catch(() => undefined);
}
