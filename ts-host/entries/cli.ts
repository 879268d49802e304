#!/usr/bin/env node
// The command `octavo`. The kernels are decoded only when a command needs them.

import { main } from '../cli/main.js';
import { registerImageModule } from '../wasm/images.js';
import { registerModules } from '../wasm/load.js';

const kernels = async () => (await import('./inline.js')).inlineModules;

registerModules({
  simd: async () => (await kernels()).simd(),
  relaxed: async () => (await kernels()).relaxed!(),
  execute: async () => (await kernels()).execute!(),
  executeRelaxed: async () => (await kernels()).executeRelaxed!(),
});

registerImageModule(async () => (await import('./inline-images.js')).images());

process.exitCode = await main(process.argv.slice(2));
