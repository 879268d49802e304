// The kernel modules as text inside the JavaScript: works wherever compiling is allowed, needs no bundler set-up, no
// URL, no permission. Hexadecimal, not gzip: some webviews have no DecompressionStream. What only sessions need is in
// files of its own, loaded by the first session.

import relaxed from 'inline:relaxed.wasm';
import simd from 'inline:simd.wasm';
import type { ModuleProvider } from '../wasm/load.js';
import { decodeHex } from './hex.js';

export const inlineModules: ModuleProvider = {
  simd: () => decodeHex(simd),
  relaxed: () => decodeHex(relaxed),
  execute: async () => (await import('./inline-execute.js')).execute(),
  executeRelaxed: async () => (await import('./inline-execute-relaxed.js')).executeRelaxed(),
};
