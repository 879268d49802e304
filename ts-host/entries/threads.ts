// `octavo/threads` in pages: importing it lets sessions have threads.

import { registerThreads } from '../wasm/load.js';
import { threadingOn } from '../wasm/threads/threading.js';
import { webThreads } from '../wasm/threads/web.js';

// Written so that bundlers find the script.
const start = () => new Worker(new URL('./threads-worker.js', import.meta.url), { type: 'module' });

registerThreads(threadingOn(webThreads(start)));
