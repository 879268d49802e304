// `octavo/threads` in Node, Deno and Bun.

import { nodeThreads } from '../node/threads.js';
import { registerThreads } from '../wasm/load.js';
import { threadingOn } from '../wasm/threads/threading.js';

registerThreads(threadingOn(nodeThreads(() => new URL('./threads-worker-node.js', import.meta.url))));
