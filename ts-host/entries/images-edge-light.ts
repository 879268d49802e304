// `octavo/images` under the `edge-light` condition (Vercel Edge).

import { registerImageModule } from '../wasm/images.js';
import images from './images.wasm?module';

registerImageModule(() => images);

export * from '../images.js';
