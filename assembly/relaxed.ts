// The exports of relaxed.wasm: kernels that use relaxed SIMD. A module of its own, because a runtime without relaxed
// SIMD rejects the whole module; the host loads it only where it validates and the probe found its results exact.

export { gemm_packed_bytes } from './kernels/gemm/panel';
export { gemm_pack_s8, gemm_u8_s8_i32 } from './kernels/gemm/relaxed';
export { abiVersion, heapBase } from './abi/version';
