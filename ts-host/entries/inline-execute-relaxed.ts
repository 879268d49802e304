// The module execute-relaxed.wasm as text: what sessions of precision `fast` run on.

import text from 'inline:execute-relaxed.wasm';
import { decodeHex } from './hex.js';

export const executeRelaxed = (): Uint8Array => decodeHex(text);
