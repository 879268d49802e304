// A thread of Node, Deno or Bun: loaded by octavo/node and octavo/threads.

import { parentPort } from 'node:worker_threads';
import { serveThread, type ThreadStart } from '../wasm/threads/worker.js';

parentPort?.once('message', (start: ThreadStart) =>
  serveThread(start, (report) => parentPort?.postMessage(report)),
);
