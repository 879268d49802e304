// `octavo/paddle` under the `edge-light` condition (Vercel Edge).

import { registerModules } from '../wasm/load.js';
import execute from './execute.wasm?module';
import executeRelaxed from './execute-relaxed.wasm?module';
import relaxed from './relaxed.wasm?module';
import simd from './simd.wasm?module';

registerModules({
  simd: () => simd,
  relaxed: () => relaxed,
  execute: () => execute,
  executeRelaxed: () => executeRelaxed,
});

export * from '../paddle.js';
