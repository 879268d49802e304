// Threads of a page, or of a worker of one: workers, where the page is isolated from others.

import { startWorker, type ThreadHost } from './host.js';
import type { ThreadReport } from './worker.js';

/** @param script - where threads-worker.js is, asked for when a thread starts */
export function webThreads(script: () => Worker): ThreadHost {
  return {
    unavailable: () => {
      if (typeof Worker === 'undefined') return 'the runtime has no workers';
      if (globalThis.crossOriginIsolated === true) return undefined;
      return 'the page is not cross-origin isolated (its server must send Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp)';
    },
    start: (start, failed) => {
      const worker = script();
      return startWorker(
        {
          post: (message) => worker.postMessage(message),
          listen: ({ report, ended }) => {
            worker.onmessage = ({ data }: MessageEvent<ThreadReport>) => report(data);
            worker.onmessageerror = () => ended('its message cannot be read');
            worker.onerror = ({ message }) => ended(message ?? 'its script cannot be loaded');
          },
          terminate: () => worker.terminate(),
        },
        start,
        failed,
      );
    },
  };
}
