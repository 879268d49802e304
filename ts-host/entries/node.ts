// `octavo/node`: everything of `octavo`, files by path, and threads.

import { nodeThreads } from '../node/threads.js';
import { registerImageModule } from '../wasm/images.js';
import { registerModules, registerThreads } from '../wasm/load.js';
import { threadingOn } from '../wasm/threads/threading.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);
registerImageModule(async () => (await import('./inline-images.js')).images());
registerThreads(threadingOn(nodeThreads(() => new URL('./threads-worker-node.js', import.meta.url))));

export * from '../node.js';
