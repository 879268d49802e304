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

/** Settles as `promise` does, or rejects with `ABORTED` as soon as `signal` fires.
 *  `discard` gets the value when it comes after the abort, to close what it holds. */
export function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  discard?: (late: T) => void,
): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    let abandoned = signal.aborted;
    const onAbort = (): void => {
      abandoned = true;
      reject(abortedError(signal));
    };
    if (abandoned) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const settle = (deliver: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      deliver();
    };
    promise.then(
      (value) => settle(() => (abandoned ? discard?.(value) : resolve(value))),
      (error: unknown) => settle(() => reject(error)),
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
