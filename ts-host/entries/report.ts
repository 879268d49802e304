// `octavo/report`: Node, Deno, Bun, browsers, webviews, bundlers. Apart from `octavo`, so that who only quantizes loads none
// of it.

import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);

export * from '../reporting.js';
