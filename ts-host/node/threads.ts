// Threads of Node, Deno and Bun: worker_threads. They keep no process alive.

import { Worker } from 'node:worker_threads';
import { startWorker, type ThreadHost } from '../wasm/threads/host.js';
import type { ThreadReport } from '../wasm/threads/worker.js';

/** @param script - where threads-worker-node.js is, asked for when a thread starts */
export function nodeThreads(script: () => URL): ThreadHost {
  return {
    unavailable: () => undefined,
    start: (start, failed) => {
      // Flags of this process, such as loaders, are not for a script without imports.
      const worker = new Worker(script(), { execArgv: [], stdin: false });
      const thread = startWorker(
        {
          post: (message) => worker.postMessage(message),
          listen: ({ report, ended }) => {
            worker.on('message', (message: ThreadReport) => report(message));
            worker.on('messageerror', (error) => ended(String(error)));
            worker.on('error', (error) => ended(String(error)));
            worker.on('exit', (code) => ended(`it ended with code ${code}`));
          },
          terminate: () => void worker.terminate(),
        },
        start,
        failed,
      );
      // While it starts it does: whoever waits for it would else find the process gone.
      return thread.finally(() => worker.unref());
    },
  };
}
