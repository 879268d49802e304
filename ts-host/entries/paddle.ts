// `octavo/paddle`: every runtime. Reading and converting need no wasm; a session brings its own by `octavo`.

export * from '../paddle.js';
