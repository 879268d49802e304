// The exports of images.wasm: decoding and preparing images, a line per family. The same ABI as index.ts.

export { abiVersion, heapBase } from './abi/version';
export { jpeg_huffman_table, jpeg_scan } from './kernels/jpeg-scan/scalar';
export { jpeg_blocks } from './kernels/jpeg-blocks/simd128';
export { jpeg_rows, jpeg_rows_bytes } from './kernels/jpeg-rows/simd128';
export { inflate, inflate_bytes } from './kernels/inflate/scalar';
export { png_adler32, png_crc32, png_expand, png_unfilter } from './kernels/png/scalar';
export {
  image_levels_u8, image_nearest_table, image_normalize_f32, image_orient, image_pick,
} from './kernels/image/scalar';
export { image_resample } from './kernels/image/simd128';
export {
  resize_antialias_table, resize_coordinates, resize_cubic_table, resize_linear_table,
} from './kernels/resize-tables/scalar';
export { convert_f32_f16 } from './kernels/floats/simd128';
