// The exports of simd.wasm, a line per kernel family. No logic here.
//
// Rules of the ABI: pointers are byte addresses in the imported memory, counts are elements unless the name ends in
// Bytes; kernels read and write exactly the elements they are given, at any alignment, and never trap on data; the
// host checks sizes and allocates.

export { abiVersion, heapBase } from './abi/version';
export { dequantize_i8_f32, dequantize_i16_f32, dequantize_u8_f32, dequantize_u16_f32 } from './kernels/dequantize/simd128';
export { quantize_f32_i8, quantize_f32_i16, quantize_f32_u8, quantize_f32_u16, scales_valid } from './kernels/quantize/simd128';
export { affine_scales, range_f32, symmetric_scales } from './kernels/ranges/simd128';
