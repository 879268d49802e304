// `octavo/images` under the `workerd` condition (Cloudflare Workers).

import { registerImageModule } from '../wasm/images.js';
import images from './images.wasm';

registerImageModule(() => images);

export * from '../images.js';
