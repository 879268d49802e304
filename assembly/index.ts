// The exports of simd.wasm, a line per kernel family. No logic here.
//
// Rules of the ABI: pointers are byte addresses in the imported memory, counts are elements unless the name ends in
// Bytes; kernels read and write exactly the elements they are given, at any alignment, and never trap on data; the
// host checks sizes and allocates.

export { abiVersion, heapBase } from './abi/version';
export { dequantize_i8_f32, dequantize_i16_f32, dequantize_u8_f32, dequantize_u16_f32 } from './kernels/dequantize/simd128';
export {
  convert_bf16_f32,
  convert_f16_f32,
  convert_f32_bf16,
  convert_f32_f16,
  convert_f64_f32,
} from './kernels/floats/simd128';
export { batch_norm_affine, quantize_f32_i32, scale_f32 } from './kernels/fold/scalar';
export { gemm_packed_bytes } from './kernels/gemm/panel';
export { gemm_pack_s8, gemm_u8_s8_i32 } from './kernels/gemm/simd128';
export { add_errors_f32, finish_errors } from './kernels/measures/simd128';
export { add_moments_f32, finish_moments } from './kernels/moments/simd128';
export { pack_bits_u8, pack_bits_u16, unpack_bits_u8, unpack_bits_u16 } from './kernels/pack/bits';
export {
  pack_u8_u2,
  pack_u8_u4,
  unpack_i2_i8,
  unpack_i4_i8,
  unpack_u2_u8,
  unpack_u4_u8,
} from './kernels/pack/nibbles';
export { pack_rows_u8, unpack_rows_u8 } from './kernels/pack/rows';
export { quant_error_f32 } from './kernels/quant-error/simd128';
export { quant_bias_f32 } from './kernels/quant-error/bias';
export { quantize_f32_i8, quantize_f32_i16, quantize_f32_u8, quantize_f32_u16, scales_valid } from './kernels/quantize/simd128';
export { affine_scales, range_f32, symmetric_scales } from './kernels/ranges/simd128';
export { transpose_u8, transpose_u16, transpose_u32, transpose_u64 } from './kernels/transpose/simd128';
