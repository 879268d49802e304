// `octavo/paddle` under the `workerd` condition (Cloudflare Workers).

import { registerModules } from '../wasm/load.js';
import execute from './execute.wasm';
import executeRelaxed from './execute-relaxed.wasm';
import relaxed from './relaxed.wasm';
import simd from './simd.wasm';

registerModules({
  simd: () => simd,
  relaxed: () => relaxed,
  execute: () => execute,
  executeRelaxed: () => executeRelaxed,
});

export * from '../paddle.js';
