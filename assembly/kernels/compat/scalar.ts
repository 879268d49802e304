// What other systems' observers compute: a file a system, and the histograms that they share. Scalar: exact in their order of
// operations, and nobody waits for it.

export { count_between_edges_f32, count_quotients_f32, select_f32, smallest_size_f32 } from './counts';
export { kl_proportional_f32 } from './mindspore';
export { kl_around_zero_f64 } from './onnxruntime';
export { kl_whole_levels_f64, numpy_sum_f32 } from './paddle';
