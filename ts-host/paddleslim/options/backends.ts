// deploy_backend: types whose activations are quantized for an engine, whatever types are asked for. The lists are Paddle's.

const TENSORRT = [
  ...[
    'pool2d',
    'concat',
    'split',
    'clip',
    'pow',
    'mean',
    'reduce_mean',
    'reduce_sum',
    'reduce_max',
    'argmax',
  ],
  ...['elementwise_add', 'elementwise_sub', 'elementwise_mul', 'elementwise_pow', 'matmul_v2', 'layer_norm'],
  ...['relu', 'relu6', 'leaky_relu', 'tanh', 'swish', 'softplus', 'gelu', 'sigmoid', 'softmax'],
  ...['hard_sigmoid', 'hard_swish', 'bilinear_interp', 'nearest_interp', 'trilinear_interp'],
  ...['nearest_interp_v2', 'bilinear_interp_v2'],
] as const;

const MKLDNN = [
  ...['pool2d', 'elementwise_add', 'elementwise_mul', 'concat', 'split'],
  ...['nearest_interp', 'nearest_interp_v2'],
] as const;

/** undefined: as without an engine. */
const ACTIVATIONS = {
  tensorrt: TENSORRT,
  mkldnn: MKLDNN,
  arm: undefined,
} as const satisfies Record<string, readonly string[] | undefined>;

/** An engine that the quantized program is made for; capitals do not matter. */
export type DeployBackend = 'TensorRT' | 'MKLDNN' | 'ARM';

export const BACKENDS = Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[];

/** Types whose activations are quantized for an engine; undefined where the types asked for decide. */
export const activationTypesFor = (
  backend: keyof typeof ACTIVATIONS | undefined,
): readonly string[] | undefined => backend && ACTIVATIONS[backend];
