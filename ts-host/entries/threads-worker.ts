// A thread of a page: loaded by octavo/threads.

import { serveThread, type ThreadStart } from '../wasm/threads/worker.js';

addEventListener(
  'message',
  ({ data }: MessageEvent<ThreadStart>) => serveThread(data, (report) => postMessage(report)),
  { once: true },
);
