// The exports of execute.wasm: the kernels of the executor, a line per family. The same ABI as index.ts.

export { abiVersion, heapBase } from './abi/version';
export { ownBytes, placeOwn } from './abi/own';
export { gemm_f32, gemm_f32_pack, gemm_f32_packed_bytes } from './kernels/gemm-f32/simd128';
export { average_pool_f32, lp_pool_f32, max_pool_f32, max_pool_i8, max_pool_u8 } from './kernels/pool/simd128';
export { max_pool_index_f32, max_pool_index_i8, max_pool_index_u8 } from './kernels/pool/scalar';
export { unary_f32 } from './kernels/unary/simd128';
export { unary_f64 } from './kernels/unary/scalar';
export { binary_broadcast } from './kernels/binary/simd128';
export { cast_elements } from './kernels/cast/scalar';
export { copy_strided_u8, copy_strided_u16, copy_strided_u32, copy_strided_u64 } from './kernels/copy/simd128';
export { gather, gather_elements, gather_nd } from './kernels/gather/scalar';
export { contract_f32, contract_f64, contract_i32, contract_i64 } from './kernels/contract/scalar';
export { scale_add_f32, scale_add_f64 } from './kernels/scale-add/simd128';
export { conv_f32, conv_f32_pack, conv_f32_packed_bytes, conv_f32_scratch_bytes } from './kernels/conv-f32/simd128';
export {
  depthwise_f32, depthwise_f32_pack, depthwise_f32_packed_bytes, depthwise_f32_scratch_bytes,
} from './kernels/depthwise-f32/simd128';
export {
  conv_transpose_f32, conv_transpose_f32_pack, conv_transpose_f32_packed_bytes, conv_transpose_f32_scratch_bytes,
} from './kernels/conv-transpose-f32/simd128';
export {
  finish_sums_f32,
  finish_sums_f64,
  finish_sums_i64,
  reduce_f64,
  reduce_i32,
  reduce_i64,
  reduce_i8,
  reduce_u32,
  reduce_u64,
  reduce_u8,
} from './kernels/reduce/scalar';
export { reduce_extremes_f32, reduce_sums_f32 } from './kernels/reduce/simd128';
export { hardmax_f32, log_sum_exp_f64, softmax_f64 } from './kernels/softmax/scalar';
export { log_sum_exp_f32, scale_mask_f32, softmax_columns_f32, softmax_rows_f32 } from './kernels/softmax/simd128';
export { any_nonzero_i32, column_sums_s8_i32, flip_u8, row_sums_u8_i32, subtract_outer_i32 } from './kernels/gemm-int/simd128';
export { add_bias_i32, requantize_i32_i8, requantize_i32_u8, scale_i32_f32 } from './kernels/gemm-int/simd128';
export { dequantize_i32_f32 } from './kernels/qparams/simd128';
export { multipliers_f32, widen_codes_i32 } from './kernels/qparams/scalar';
export { resize_blend_f32, resize_nearest } from './kernels/resize/simd128';
export {
  resize_extrapolate, resize_narrow_i32, resize_narrow_i8, resize_narrow_u8, resize_widen_i32, resize_widen_i8,
  resize_widen_u8,
} from './kernels/resize/scalar';
export {
  resize_antialias_table, resize_coordinates, resize_cubic_table, resize_linear_table, resize_nearest_table,
} from './kernels/resize-tables/scalar';
export { dynamic_scale_u8, multipliers_f32, widen_codes_i32 } from './kernels/qparams/scalar';
export { scatter_elements, scatter_nd } from './kernels/scatter/scalar';
export { ramp_f32, ramp_f64, ramp_i16, ramp_i32, ramp_i64 } from './kernels/patterns/scalar';
export { nonzero_count, nonzero_places, one_hot, trilu } from './kernels/patterns/scalar';
export { canonical_nans_f32, canonical_nans_f64, canonical_nans_u16 } from './kernels/nans/scalar';
export { join_moments, norm_parameters_f32, norm_parameters_f64 } from './kernels/normalize/scalar';
export { arg_extreme, cumulative_sum, top_k } from './kernels/order/scalar';
export { lrn_f32 } from './kernels/lrn/simd128';
export { add_rows_f32, affine_f32, deviations_f32, layer_norm_f32 } from './kernels/normalize/simd128';
export { gru_gates_f32, gru_state_f32, lstm_step_f32, rnn_step_f32 } from './kernels/recurrent/simd128';
export { recurrent_bias_f32, recurrent_lengths, recurrent_rows } from './kernels/recurrent/scalar';
export { attention_bias_f32 } from './kernels/attention/scalar';
export { depthwise_sums_i32 } from './kernels/conv-int/simd128';
export { depthwise_weights_i16 } from './kernels/conv-int/scalar';
export {
  depthwise_u8, depthwise_u8_pack, depthwise_u8_packed_bytes, depthwise_u8_scratch_bytes,
} from './kernels/depthwise-int/simd128';
export { dequantize_rows_f32 } from './kernels/nbits/simd128';
export { gather_blocks_f32 } from './kernels/nbits/scalar';
export { nbits_products_f32 } from './kernels/nbits/products';
export { compare_broadcast } from './kernels/compare/simd128';
export { where_broadcast } from './kernels/where/simd128';
export { pow_broadcast } from './kernels/pow/scalar';
export { grid_sample_f32 } from './kernels/grid-sample/scalar';
export { roi_align_check, roi_align_f32 } from './kernels/roi-align/scalar';
export { nms_begin, nms_continue, nms_write } from './kernels/nms/scalar';
export { map_codes_u8 } from './kernels/qlinear/scalar';
export { binary_codes_u8 } from './kernels/qlinear/simd128';
export { count_bins_f32_u32, join_counts_u32, observe_range_f32 } from './kernels/observe/simd128';
export { add_counts_f64, add_counts_u32_f64, tail_bins_u32 } from './kernels/observe/scalar';
export { code_errors_f64, kl_divergences_f64 } from './kernels/search/simd128';
export { kl_prefix_sums_f64 } from './kernels/search/scalar';
export { count_equal_i64, count_outside_f32 } from './kernels/counts/simd128';
export { count_between_edges_f32, count_quotients_f32, select_f32, smallest_size_f32 } from './kernels/compat/scalar';
export { kl_around_zero_f64, kl_proportional_f32, kl_whole_levels_f64, numpy_sum_f32 } from './kernels/compat/scalar';
export { product_int, product_int_prepare } from './kernels/product-int/simd128';
export { product_int_rows_bytes, product_int_scratch_bytes } from './kernels/product-int/rows';
export {
  product_int_begin, product_int_check, product_int_pack, product_int_packed_bytes,
} from './kernels/product-int/packed';
export { checksum_bytes } from './kernels/checksum/simd128';
