// `octavo/node`: everything of `octavo`, and files by path.

import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);

export * from '../node.js';
