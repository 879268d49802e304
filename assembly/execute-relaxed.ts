// The exports of execute-relaxed.wasm: float kernels with relaxed SIMD (fused multiply-add), under the names they have
// in execute.wasm. Their last bits depend on the machine, so they serve only `precision: 'fast'`.

export { abiVersion, heapBase } from './abi/version';
export { gemm_f32, gemm_f32_pack, gemm_f32_packed_bytes } from './kernels/gemm-f32/simd128';
