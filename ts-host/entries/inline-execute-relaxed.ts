// The module execute-relaxed.wasm as text: what sessions of precision `fast` run on.

import text from 'inline:execute-relaxed.wasm';
import { decodeBase64 } from './base64.js';

export const executeRelaxed = (): Uint8Array => decodeBase64(text);
