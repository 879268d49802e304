// The module images.wasm as text: what images are decoded with.

import text from 'inline:images.wasm';
import { decodeHex } from './hex.js';

export const images = (): Uint8Array => decodeHex(text);
