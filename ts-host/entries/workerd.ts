// `octavo` under the `workerd` condition (Cloudflare Workers): modules compiled at deployment, because a request may
// not compile.

import { registerModules } from '../wasm/load.js';
import relaxed from './relaxed.wasm';
import simd from './simd.wasm';

registerModules({ simd: () => simd, relaxed: () => relaxed });

export * from '../index.js';
