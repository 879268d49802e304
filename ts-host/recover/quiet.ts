// Work inside a step: the caller's signal and memory limit, without the progress of each part.

import { RunContext } from '../context.js';

export function quiet(context: RunContext): RunContext {
  const onProgress = context.isObserved ? () => undefined : undefined;
  return new RunContext({ signal: context.signal, onProgress }, context.budget);
}
