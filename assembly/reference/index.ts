// The exports of reference.wasm: the scalar, normative form of every kernel. Built for tests, not shipped.
// Every SIMD variant equals its reference bit for bit.

export { abiVersion, heapBase } from '../abi/version';
export { dequantize_i8_f32, dequantize_i16_f32, dequantize_u8_f32, dequantize_u16_f32 } from './dequantize';
export { quantize_f32_i8, quantize_f32_i16, quantize_f32_u8, quantize_f32_u16, scales_valid } from './quantize';
export { affine_scales, range_f32, symmetric_scales } from './ranges';
