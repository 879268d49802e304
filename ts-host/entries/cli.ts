#!/usr/bin/env node
// The command `octavo`. The kernels are decoded only when a command needs them.

import { main } from '../cli/main.js';
import { nodeThreads } from '../node/threads.js';
import { registerImageModule } from '../wasm/images.js';
import { registerModules, registerThreads } from '../wasm/load.js';
import { threadingOn } from '../wasm/threads/threading.js';

const kernels = async () => (await import('./inline.js')).inlineModules;

registerModules({
  simd: async () => (await kernels()).simd(),
  relaxed: async () => (await kernels()).relaxed!(),
  execute: async () => (await kernels()).execute!(),
  executeRelaxed: async () => (await kernels()).executeRelaxed!(),
});

registerImageModule(async () => (await import('./inline-images.js')).images());

registerThreads(threadingOn(nodeThreads(() => new URL('./threads-worker-node.js', import.meta.url))));

process.exitCode = await main(process.argv.slice(2));
