// The exports of reference.wasm: the scalar, normative form of every kernel. Built for tests, not shipped.
// Every SIMD variant equals its reference bit for bit.

export { abiVersion, heapBase } from '../abi/version';
export { dequantize_i8_f32, dequantize_i16_f32, dequantize_u8_f32, dequantize_u16_f32 } from './dequantize';
export { batch_norm_affine, quantize_f32_i32, scale_f32 } from '../kernels/fold/scalar';
export {
  convert_bf16_f32,
  convert_f16_f32,
  convert_f32_bf16,
  convert_f32_f16,
  convert_f64_f32,
} from './floats';
export { gemm_pack_s8, gemm_packed_bytes, gemm_u8_s8_i32 } from './gemm';
export { add_errors_f32, finish_errors } from './measures';
export { add_moments_f32, finish_moments } from './moments';
export {
  pack_bits_u8,
  pack_bits_u16,
  pack_rows_u8,
  pack_u8_u2,
  pack_u8_u4,
  unpack_bits_u8,
  unpack_bits_u16,
  unpack_i2_i8,
  unpack_i4_i8,
  unpack_rows_u8,
  unpack_u2_u8,
  unpack_u4_u8,
} from './pack';
export { quant_error_f32 } from './quant-error';
export { quant_bias_f32 } from './quant-bias';
export { quantize_f32_i8, quantize_f32_i16, quantize_f32_u8, quantize_f32_u16, scales_valid } from './quantize';
export { affine_scales, range_f32, symmetric_scales } from './ranges';
export { transpose_u8, transpose_u16, transpose_u32, transpose_u64 } from './transpose';
