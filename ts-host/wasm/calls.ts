// Calls of kernels as data, so that any thread can make them; and who makes them: this thread, or several.

import type { KernelExports } from './kernel-exports.js';

/** Calls of one kernel that do not depend on each other: made in any order, or at once, they leave the same bytes. */
export interface KernelCalls {
  readonly kernel: string;
  /** The arguments of each call. */
  readonly calls: readonly (readonly number[])[];
  /** The argument that is the address of memory to work in: thread t of n gets an address t · stride above it. */
  readonly scratch?: { readonly argument: number; readonly stride: number } | undefined;
}

/** What makes calls. */
export interface Threads {
  /** Threads that calls may be made by, and that need scratch: the same as long as the engine is there. */
  readonly count: number;
  /** Threads at work now: 1 where others failed. */
  readonly used: number;
  /** Why there are fewer threads than were asked for. */
  readonly reason: string | undefined;
  /** Makes all calls and returns when they are made.
   *  @throws OctavoError `THREADS_FAILED` when a thread ended in between */
  run(calls: KernelCalls): void;
  /** Ends the other threads. */
  close(): void;
}

/** One thread: this one.
 *  @param reason - why there are not more, if more were asked for */
export function oneThread(kernels: KernelExports, reason?: string): Threads {
  return {
    count: 1,
    used: 1,
    reason,
    run: ({ kernel, calls }) => {
      for (const call of calls) kernels[kernel]!(...call);
    },
    close: () => undefined,
  };
}
