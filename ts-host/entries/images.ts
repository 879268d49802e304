// `octavo/images`: Node, Deno, Bun, browsers, webviews, bundlers.

import { registerImageModule } from '../wasm/images.js';

registerImageModule(async () => (await import('./inline-images.js')).images());

export * from '../images.js';
