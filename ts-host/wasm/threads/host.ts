// What a runtime has of threads, behind one surface: worker_threads of Node, workers of a page.

import { OctavoError } from '../../errors.js';
import type { ThreadReport, ThreadStart } from './worker.js';

/** A thread that serves. */
export interface ThreadHandle {
  /** Ends it, whatever it does. */
  end(): void;
}

export interface ThreadHost {
  /** Why there are no threads here; undefined where there are. */
  unavailable(): string | undefined;
  /** Starts a thread and resolves when it is ready.
   *  @param failed - told once why it ended or trapped, if it does so after it was ready
   *  @throws OctavoError `THREADS_FAILED` */
  start(start: ThreadStart, failed: (reason: string) => void): Promise<ThreadHandle>;
}

/** How the two kinds of workers are alike. */
export interface WorkerLike {
  post(start: ThreadStart): void;
  /** Calls back for each message, and for what ends the worker. */
  listen(on: { report(report: ThreadReport): void; ended(reason: string): void }): void;
  terminate(): void;
}

/** Longest time to start. */
const START_MS = 20_000;

/** Waits for a worker to be ready. */
export function startWorker(
  worker: WorkerLike,
  start: ThreadStart,
  failed: (reason: string) => void,
): Promise<ThreadHandle> {
  return new Promise((resolve, reject) => {
    let state: 'starting' | 'ready' | 'ended' = 'starting';
    const end = (): void => {
      clearTimeout(timer);
      state = 'ended';
      worker.terminate();
    };
    const ended = (reason: string): void => {
      const before = state;
      if (before === 'ended') return;
      end();
      if (before === 'ready') failed(reason);
      else reject(new OctavoError('THREADS_FAILED', `a thread did not start: ${reason}`));
    };
    const timer = setTimeout(() => ended(`not ready after ${START_MS} ms`), START_MS);
    worker.listen({
      report: (report) => {
        if ('failed' in report) return ended(report.failed);
        clearTimeout(timer);
        if (state !== 'starting') return;
        state = 'ready';
        resolve({ end });
      },
      ended,
    });
    worker.post(start);
  });
}
