// `octavo`: Node, Deno, Bun, browsers, webviews, bundlers.

import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);

export * from '../index.js';
