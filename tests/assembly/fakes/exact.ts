// The strict kernels in the place of the relaxed module: a machine whose relaxed dot is exact.

export { abiVersion, heapBase } from '../../../assembly/abi/version';
export { gemm_packed_bytes } from '../../../assembly/kernels/gemm/panel';
export { gemm_pack_s8, gemm_u8_s8_i32 } from '../../../assembly/kernels/gemm/simd128';
