// The kernel modules as text inside the JavaScript: works wherever compiling is allowed, needs no bundler set-up, no
// URL, no permission. Base64, not gzip: some webviews have no DecompressionStream.

import relaxed from 'inline:relaxed.wasm';
import simd from 'inline:simd.wasm';
import type { ModuleProvider } from '../wasm/load.js';

export const inlineModules: ModuleProvider = {
  simd: () => decodeBase64(simd),
  relaxed: () => decodeBase64(relaxed),
};

function decodeBase64(text: string): Uint8Array {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
