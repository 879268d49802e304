// `octavo/paddle`: Node, Deno, Bun, browsers, webviews, bundlers. Reading needs no kernels; the weights of quantized programs do.

import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);

export * from '../paddle.js';
