// The module images.wasm as text: what images are decoded with.

import text from 'inline:images.wasm';
import { decodeBase64 } from './base64.js';

export const images = (): Uint8Array => decodeBase64(text);
