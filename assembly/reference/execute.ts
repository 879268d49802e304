// The exports of reference-execute.wasm: the scalar, normative form of every kernel of execute.wasm. Kernels that have
// no SIMD are their own reference and are exported again from kernels/<family>/scalar.ts.

export { abiVersion, heapBase } from '../abi/version';
export { gemm_f32, gemm_f32_pack, gemm_f32_packed_bytes } from './gemm-f32';
export { average_pool_f32, lp_pool_f32, max_pool_f32, max_pool_i8, max_pool_u8 } from './pool';
export { max_pool_index_f32, max_pool_index_i8, max_pool_index_u8 } from '../kernels/pool/scalar';
export { unary_f32 } from './unary';
export { binary_broadcast } from './binary';
export { cast_elements } from '../kernels/cast/scalar';
export { copy_strided_u8, copy_strided_u16, copy_strided_u32, copy_strided_u64 } from './copy';
export { gather, gather_elements, gather_nd } from '../kernels/gather/scalar';
export { contract_f32, contract_f64, contract_i32, contract_i64 } from '../kernels/contract/scalar';
export { scale_add_f32, scale_add_f64 } from './scale-add';
export { conv_f32, conv_f32_pack, conv_f32_packed_bytes, conv_f32_scratch_bytes } from './conv-f32';
export {
  depthwise_f32, depthwise_f32_pack, depthwise_f32_packed_bytes, depthwise_f32_scratch_bytes,
} from './depthwise-f32';
export {
  conv_transpose_f32, conv_transpose_f32_pack, conv_transpose_f32_packed_bytes, conv_transpose_f32_scratch_bytes,
} from './conv-transpose-f32';
