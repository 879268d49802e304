// The public API of `octavo/pack`: models made ready to run, as files. Re-exports only.

export { type PackOptions, pack } from './api/pack.js';
export { unpack } from './api/unpack.js';
