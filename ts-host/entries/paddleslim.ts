// `octavo/paddleslim`: Deno, Bun, browsers, webviews, bundlers. Files are given by name and written to sinks.

import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);

export * from '../paddleslim.js';
