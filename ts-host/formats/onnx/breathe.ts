// Long work on bytes in memory never waits, so an AbortSignal could not fire. It takes a breath now and then.

import type { RunContext } from '../../context.js';

/** Lets the event loop have a turn when there is a signal that may fire in it.
 *  @throws OctavoError `ABORTED` */
export function breathe(context: RunContext): Promise<void> | undefined {
  context.throwIfAborted();
  if (context.signal === undefined) return undefined;
  return new Promise((resolve) => setTimeout(resolve, 0));
}
