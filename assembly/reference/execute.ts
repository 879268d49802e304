// The exports of reference-execute.wasm: the scalar, normative form of every kernel of execute.wasm. Kernels that have
// no SIMD are their own reference and are exported again from kernels/<family>/scalar.ts.

export { abiVersion, heapBase } from '../abi/version';
export { ownBytes, placeOwn } from '../abi/own';
export { gemm_f32, gemm_f32_pack, gemm_f32_packed_bytes } from './gemm-f32';
export { average_pool_f32, lp_pool_f32, max_pool_f32, max_pool_i8, max_pool_u8 } from './pool';
export { max_pool_index_f32, max_pool_index_i8, max_pool_index_u8 } from '../kernels/pool/scalar';
export { unary_f32 } from './unary';
export { unary_f64 } from '../kernels/unary/scalar';
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
} from '../kernels/reduce/scalar';
export { reduce_extremes_f32, reduce_sums_f32 } from './reduce';
export { hardmax_f32, log_sum_exp_f64, softmax_f64 } from '../kernels/softmax/scalar';
export { log_sum_exp_f32, scale_mask_f32, softmax_columns_f32, softmax_rows_f32 } from './softmax';
export { any_nonzero_i32, column_sums_s8_i32, flip_u8, row_sums_u8_i32, subtract_outer_i32 } from './gemm-int';
export { add_bias_i32, requantize_i32_i8, requantize_i32_u8, scale_i32_f32 } from './gemm-int';
export { dequantize_i32_f32 } from './qparams';
export { multipliers_f32, widen_codes_i32 } from '../kernels/qparams/scalar';
export { resize_blend_f32, resize_nearest } from './resize';
export {
  resize_extrapolate, resize_narrow_i32, resize_narrow_i8, resize_narrow_u8, resize_widen_i32, resize_widen_i8,
  resize_widen_u8,
} from '../kernels/resize/scalar';
export {
  resize_antialias_table, resize_coordinates, resize_cubic_table, resize_linear_table, resize_nearest_table,
} from '../kernels/resize-tables/scalar';
export { dynamic_scale_u8, multipliers_f32, widen_codes_i32 } from '../kernels/qparams/scalar';
export { scatter_elements, scatter_nd } from '../kernels/scatter/scalar';
export { ramp_f32, ramp_f64, ramp_i16, ramp_i32, ramp_i64 } from '../kernels/patterns/scalar';
export { nonzero_count, nonzero_places, one_hot, trilu } from '../kernels/patterns/scalar';
export { canonical_nans_f32, canonical_nans_f64, canonical_nans_u16 } from '../kernels/nans/scalar';
export { join_moments, norm_parameters_f32, norm_parameters_f64 } from '../kernels/normalize/scalar';
export { arg_extreme, cumulative_sum, top_k } from '../kernels/order/scalar';
export { lrn_f32 } from './lrn';
export { add_rows_f32, affine_f32, deviations_f32, layer_norm_f32 } from './normalize';
export { gru_gates_f32, gru_state_f32, lstm_step_f32, rnn_step_f32 } from './recurrent';
export { recurrent_bias_f32, recurrent_lengths, recurrent_rows } from '../kernels/recurrent/scalar';
export { attention_bias_f32 } from '../kernels/attention/scalar';
export { depthwise_sums_i32 } from './conv-int';
export { depthwise_weights_i16 } from '../kernels/conv-int/scalar';
export {
  depthwise_u8, depthwise_u8_pack, depthwise_u8_packed_bytes, depthwise_u8_scratch_bytes,
} from './depthwise-int';
export { dequantize_rows_f32, nbits_products_f32 } from './nbits';
export { gather_blocks_f32 } from '../kernels/nbits/scalar';
export { compare_broadcast } from './compare';
export { where_broadcast } from './where';
export { pow_broadcast } from '../kernels/pow/scalar';
export { grid_sample_f32 } from '../kernels/grid-sample/scalar';
export { roi_align_check, roi_align_f32 } from '../kernels/roi-align/scalar';
export { nms_begin, nms_continue, nms_write } from '../kernels/nms/scalar';
export { map_codes_u8 } from '../kernels/qlinear/scalar';
export { binary_codes_u8 } from './qlinear';
export { count_bins_f32_u32, join_counts_u32, observe_range_f32 } from './observe';
export { add_counts_f64, add_counts_u32_f64, tail_bins_u32 } from '../kernels/observe/scalar';
export { code_errors_f64, kl_divergences_f64 } from './search';
export { kl_prefix_sums_f64 } from '../kernels/search/scalar';
export { count_equal_i64, count_outside_f32 } from './counts';
export { count_between_edges_f32, count_quotients_f32, select_f32, smallest_size_f32 } from '../kernels/compat/scalar';
export { kl_around_zero_f64, kl_proportional_f32, kl_whole_levels_f64, numpy_sum_f32 } from '../kernels/compat/scalar';
export {
  product_int, product_int_begin, product_int_check, product_int_pack, product_int_packed_bytes, product_int_prepare,
  product_int_rows_bytes, product_int_scratch_bytes,
} from './product-int';
export { checksum_bytes } from './checksum';
