// `octavo/paddle`: every runtime. Reading needs no wasm; weights of quantized programs and sessions do, which `octavo` brings.

export * from '../paddle.js';
