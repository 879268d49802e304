// `octavo/paddleslim` under the `node` condition: models are also given, and written, by the paths of their folders.

import { paddleFolders } from '../node/paddleFolders.js';
import { useFolders } from '../paddleslim/paths.js';
import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);
useFolders(paddleFolders);

export * from '../paddleslim.js';
