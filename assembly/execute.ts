// The exports of execute.wasm: the kernels of the executor, a line per family. The same ABI as index.ts.

export { abiVersion, heapBase } from './abi/version';
export { gemm_f32, gemm_f32_pack, gemm_f32_packed_bytes } from './kernels/gemm-f32/simd128';
