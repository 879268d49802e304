// What Paddle's quantizers know of operators: which arguments are quantized, and which output is dequantized or observed. The
// tables hold the facts of paddle.static.quantization, so that the same operators are quantized as there.

export interface OperatorArguments {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Operators with a weight: their weights and their activations become codes. */
const WEIGHT_OPS: Readonly<Record<string, OperatorArguments>> = {
  ...like(['conv2d', 'depthwise_conv2d', 'conv2d_transpose'], ['Input', 'Filter'], ['Output']),
  ...like(['mul', 'matmul', 'matmul_v2'], ['X', 'Y'], ['Out']),
};

/** Operators whose inputs may be quantized where none of them is a weight; the outputs of all of them are observed. */
const ACTIVATION_OPS: Readonly<Record<string, OperatorArguments>> = {
  ...like(['mul', 'matmul', 'matmul_v2'], ['X', 'Y'], ['Out']),
  ...like(['elementwise_add', 'elementwise_sub', 'elementwise_mul', 'elementwise_pow'], ['X', 'Y'], ['Out']),
  ...like(
    ['equal', 'not_equal', 'greater_than', 'greater_equal', 'less_than', 'less_equal'],
    ['X', 'Y'],
    ['Out'],
  ),
  ...like(
    ['relu', 'relu6', 'leaky_relu', 'tanh', 'sigmoid', 'swish', 'gelu', 'softplus', 'square'],
    ['X'],
    ['Out'],
  ),
  ...like(
    ['hard_swish', 'hard_sigmoid', 'abs', 'clip', 'pow', 'scale', 'softmax', 'dropout'],
    ['X'],
    ['Out'],
  ),
  ...like(
    ['pool2d', 'pad2d', 'pad3d', 'concat', 'split', 'gather', 'cast', 'assign', 'crop', 'cumsum'],
    ['X'],
    ['Out'],
  ),
  ...like(
    ['transpose', 'transpose2', 'reshape', 'reshape2', 'squeeze', 'squeeze2', 'unsqueeze2'],
    ['X'],
    ['Out'],
  ),
  ...like(
    ['flatten', 'flatten2', 'flatten_contiguous_range', 'expand_v2', 'tile', 'shuffle_channel'],
    ['X'],
    ['Out'],
  ),
  ...like(['nearest_interp', 'bilinear_interp', 'trilinear_interp'], ['X'], ['Out']),
  ...like(['nearest_interp_v2', 'bilinear_interp_v2'], ['X'], ['Out']),
  ...like(['mean', 'reduce_mean', 'reduce_sum', 'reduce_max', 'p_norm', 'argmax', 'arg_max'], ['X'], ['Out']),
  ...like(['fill_any_like', 'meshgrid', 'logical_not'], ['X'], ['Out']),
  ...like(['batch_norm', 'layer_norm', 'instance_norm', 'stack'], ['X'], ['Y']),
  ...like(['slice', 'strided_slice', 'fill_constant_batch_size_like'], ['Input'], ['Out']),
  ...like(['gru', 'lstm'], ['Input', 'Weight'], ['Hidden']),
  ...like(['lookup_table', 'lookup_table_v2'], ['W', 'Ids'], ['Out']),
  ...like(['prelu'], ['X', 'Alpha'], ['Out']),
  ...like(['fill_constant'], [], ['Out']),
  ...like(['norm'], ['X'], ['Norm']),
  ...like(['box_coder'], ['PriorBox'], ['OutputBox']),
  ...like(['top_k_v2'], ['X'], ['Out', 'Indices']),
  ...like(['logical_and'], ['X', 'Y'], ['Out']),
  ...like(['roi_align'], ['X', 'ROIs'], ['Out']),
  ...like(['where'], ['Condition', 'X', 'Y'], ['Out']),
  ...like(['grid_sampler'], ['X', 'Grid'], ['Output']),
  ...like(['group_norm'], ['X'], ['Y', 'Mean', 'Variance']),
};

function like(
  types: readonly string[],
  inputs: readonly string[],
  outputs: readonly string[],
): Record<string, OperatorArguments> {
  return Object.fromEntries(types.map((type) => [type, { inputs, outputs }]));
}

/** Types whose weights can be quantized, and types whose activations alone can. */
export const WEIGHT_TYPES: readonly string[] = Object.keys(WEIGHT_OPS);
export const ACTIVATION_TYPES: readonly string[] = Object.keys(ACTIVATION_OPS);
/** All of them, each once. */
export const QUANTIZABLE_TYPES: readonly string[] = [...new Set([...WEIGHT_TYPES, ...ACTIVATION_TYPES])];

/** The arguments of a type that quantizers look at; undefined for a type they do not know. */
export function quantizedArguments(type: string): OperatorArguments | undefined {
  const table = Object.hasOwn(WEIGHT_OPS, type) ? WEIGHT_OPS : ACTIVATION_OPS;
  return Object.hasOwn(table, type) ? table[type] : undefined;
}

export const isMatrixProduct = (type: string): boolean =>
  type === 'mul' || type === 'matmul' || type === 'matmul_v2';
