// Work of one kernel cut for steps and for threads. On one thread a range is a step, of some milliseconds; on more, ranges are
// smaller, so that no thread waits long for another, and a step makes as many as keep all threads busy for that time.

import type { KernelCalls } from '../wasm/calls.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { Step } from './operator.js';

/** Ranges that each thread gets of a piece of work. */
const RANGES_PER_THREAD = 2;
/** Multiply-adds that are worth a range: tens of microseconds. */
const LEAST_MULTIPLY_ADDS = 1 << 18;

/** Units of work side by side: rows, pixels. */
export interface Cut {
  readonly total: number;
  /** Units of one step of one thread. */
  readonly most: number;
  /** Ranges are this many units, or a multiple. */
  readonly multiple: number;
  /** Multiply-adds of all units. */
  readonly work: number;
}

export interface Range {
  readonly first: number;
  readonly count: number;
}

/** Multiply-adds of a range, of `work` in all, where a step of one thread has at most `most`. */
export function rangeSize(threads: number, work: number, most: number): number {
  if (threads === 1) return most;
  return Math.min(most, Math.max(LEAST_MULTIPLY_ADDS, Math.ceil(work / (threads * RANGES_PER_THREAD))));
}

/** The ranges of each step. */
export function cutForThreads({ threads }: ExecutionEngine, { total, most, multiple, work }: Cut): Range[][] {
  const whole = (units: number): number => multiple * Math.max(1, Math.floor(units / multiple));
  const each = whole(most);
  const shared = (rangeSize(threads.count, work, work) * total) / Math.max(1, work);
  const size = threads.count === 1 ? each : Math.min(each, whole(Math.ceil(shared) + multiple - 1));
  const perStep = Math.max(1, Math.floor((each * threads.count) / size));
  const steps: Range[][] = [];
  for (let first = 0; first < total; first += size * perStep) {
    const ranges: Range[] = [];
    const end = Math.min(total, first + size * perStep);
    for (let at = first; at < end; at += size) ranges.push({ first: at, count: Math.min(size, end - at) });
    steps.push(ranges);
  }
  return steps;
}

/** A step for each list of calls.
 *  @param prepare - runs before the calls of every step, on this thread */
export function callSteps(
  { threads }: ExecutionEngine,
  group: Omit<KernelCalls, 'calls'>,
  steps: readonly (readonly (readonly number[])[])[],
  prepare: () => void,
): Step[] {
  return steps.map((calls) => {
    const together = { ...group, calls };
    return () => {
      prepare();
      threads.run(together);
    };
  });
}
