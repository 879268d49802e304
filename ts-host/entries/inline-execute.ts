// The module execute.wasm as text: what sessions run on.

import text from 'inline:execute.wasm';
import { decodeBase64 } from './base64.js';

export const execute = (): Uint8Array => decodeBase64(text);
