// The exports of reference-images.wasm: the scalar, normative form of every kernel of images.wasm. Kernels that have no SIMD
// are their own reference and are exported again from kernels/<family>/scalar.ts.

export { abiVersion, heapBase } from '../abi/version';
export { jpeg_huffman_table, jpeg_scan } from '../kernels/jpeg-scan/scalar';
export { jpeg_blocks } from './jpeg-blocks';
export { jpeg_rows, jpeg_rows_bytes } from './jpeg-rows';
export { inflate, inflate_bytes } from '../kernels/inflate/scalar';
export { png_adler32, png_crc32, png_expand, png_unfilter } from '../kernels/png/scalar';
export {
  image_levels_u8, image_nearest_table, image_normalize_f32, image_orient, image_pick,
} from '../kernels/image/scalar';
export { image_resample } from './image';
export {
  resize_antialias_table, resize_coordinates, resize_cubic_table, resize_linear_table,
} from '../kernels/resize-tables/scalar';
export { convert_f32_f16 } from './floats';
