// The exports of execute-relaxed.wasm, under the names they have in execute.wasm: float kernels with fused multiply-add,
// whose last bits depend on the machine, so that they serve only `precision: 'fast'`; and integer products, which are exact
// where they are chosen.

export { abiVersion, heapBase } from './abi/version';
export { ownBytes, placeOwn } from './abi/own';
export { gemm_f32, gemm_f32_pack, gemm_f32_packed_bytes } from './kernels/gemm-f32/simd128';
export { conv_f32, conv_f32_pack, conv_f32_packed_bytes, conv_f32_scratch_bytes } from './kernels/conv-f32/simd128';
export {
  depthwise_f32, depthwise_f32_pack, depthwise_f32_packed_bytes, depthwise_f32_scratch_bytes,
} from './kernels/depthwise-f32/simd128';
export {
  conv_transpose_f32, conv_transpose_f32_pack, conv_transpose_f32_packed_bytes, conv_transpose_f32_scratch_bytes,
} from './kernels/conv-transpose-f32/simd128';
export {
  depthwise_u8, depthwise_u8_pack, depthwise_u8_packed_bytes, depthwise_u8_scratch_bytes,
} from './kernels/depthwise-int/simd128';
export { product_int, product_int_prepare } from './kernels/product-int/simd128';
export { product_int_rows_bytes, product_int_scratch_bytes } from './kernels/product-int/rows';
export {
  product_int_begin, product_int_check, product_int_pack, product_int_packed_bytes,
} from './kernels/product-int/packed';
