// The module execute.wasm as text: what sessions run on.

import text from 'inline:execute.wasm';
import { decodeHex } from './hex.js';

export const execute = (): Uint8Array => decodeHex(text);
