// `octavo` under the `edge-light` condition (Vercel Edge): as workerd, with that bundler's way of naming a module.

import { registerModules } from '../wasm/load.js';
import relaxed from './relaxed.wasm?module';
import simd from './simd.wasm?module';

registerModules({ simd: () => simd, relaxed: () => relaxed });

export * from '../index.js';
