// `octavo/node`: everything of `octavo`, and files by path.

import { registerImageModule } from '../wasm/images.js';
import { registerModules } from '../wasm/load.js';
import { inlineModules } from './inline.js';

registerModules(inlineModules);
registerImageModule(async () => (await import('./inline-images.js')).images());

export * from '../node.js';
