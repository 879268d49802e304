// `octavo/pack`: Node, Deno, Bun, browsers, webviews, bundlers. Apart from `octavo`, which only reads what is
// made here.

import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);

export * from '../packing.js';
