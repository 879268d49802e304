// The operators of the executor: a file per family, a line per family here.

import type { Operator } from '../operator.js';
import { ACTIVATION_OPERATORS } from './activation.js';
import { ATTENTION_OPERATORS } from './attention/index.js';
import { BATCH_NORMS } from './batchNorm.js';
import { BINARY_OPERATORS } from './binary.js';
import { CAST_OPERATORS } from './cast.js';
import { CLIP_OPERATORS } from './clip.js';
import { COMPARISON_OPERATORS } from './comparison.js';
import { CONCATS } from './concat.js';
import { CONSTANTS } from './constant.js';
import { CONTROL_FLOW } from './controlFlow.js';
import { CONV_OPERATORS } from './conv.js';
import { CONV_TRANSPOSE_OPERATORS } from './convTranspose.js';
import { DEPTH_SPACES } from './depthSpace.js';
import { DROPOUT_OPERATORS } from './dropout.js';
import { EINSUM_OPERATORS } from './einsum/einsum.js';
import { EXPANDS } from './expand.js';
import { GATHERS } from './gather.js';
import { GEMM_OPERATORS } from './gemm.js';
import { GLOBAL_POOLS } from './globalPool.js';
import { GRID_SAMPLES } from './gridSample.js';
import { IDENTITIES } from './identity.js';
import { INSTANCE_NORMS } from './instanceNorm.js';
import { LAYER_NORMS } from './layerNorm.js';
import { LRN_OPERATORS } from './lrn.js';
import { MATMUL_OPERATORS } from './matmul/matmul.js';
import { MEAN_VARIANCE_OPERATORS } from './meanVariance.js';
import { SUPPRESSIONS } from './nonMaxSuppression.js';
import { NONZEROS } from './nonzero.js';
import { ONE_HOTS } from './oneHot.js';
import { OPTIONALS } from './optional.js';
import { ORDER_OPERATORS } from './order.js';
import { PADS } from './pad.js';
import { POOL_OPERATORS } from './pool.js';
import { POW_OPERATORS } from './pow.js';
import { QUANTIZED_OPERATORS } from './quantized/index.js';
import { RANGES } from './range.js';
import { REDUCE_OPERATORS } from './reduce.js';
import { RESHAPES } from './reshape.js';
import { RESIZE_OPERATORS } from './resize.js';
import { RECURRENT_OPERATORS } from './rnn/recurrent.js';
import { ROI_ALIGNS } from './roiAlign.js';
import { SCATTERS } from './scatter.js';
import { SEQUENCES } from './sequence.js';
import { SHAPES } from './shape.js';
import { SLICES } from './slice.js';
import { SOFTMAX_OPERATORS } from './softmax.js';
import { TENSOR_ERRORS } from './tensorErrors.js';
import { TRANSPOSES } from './transpose.js';
import { TRIANGLES } from './trilu.js';
import { UNARY_OPERATORS } from './unary.js';
import { VARIADIC_OPERATORS } from './variadic.js';
import { WHERE_OPERATORS } from './where.js';

// biome-ignore format: a line per family
const FAMILIES: readonly (readonly Operator[])[] = [
  POOL_OPERATORS,
  CONTROL_FLOW,
  GRID_SAMPLES,
  ROI_ALIGNS,
  SUPPRESSIONS,
  IDENTITIES,
  SEQUENCES,
  OPTIONALS,
  RESIZE_OPERATORS,
  UNARY_OPERATORS,
  ACTIVATION_OPERATORS,
  BINARY_OPERATORS,
  CLIP_OPERATORS,
  COMPARISON_OPERATORS,
  DROPOUT_OPERATORS,
  POW_OPERATORS,
  VARIADIC_OPERATORS,
  WHERE_OPERATORS,
  CAST_OPERATORS,
  EINSUM_OPERATORS,
  GEMM_OPERATORS,
  MATMUL_OPERATORS,
  ATTENTION_OPERATORS,
  QUANTIZED_OPERATORS,
  RECURRENT_OPERATORS,
  CONCATS,
  CONSTANTS,
  CONV_OPERATORS,
  CONV_TRANSPOSE_OPERATORS,
  GATHERS,
  DEPTH_SPACES,
  EXPANDS,
  NONZEROS,
  ONE_HOTS,
  PADS,
  RANGES,
  SCATTERS,
  TRIANGLES,
  RESHAPES,
  SHAPES,
  SLICES,
  TRANSPOSES,
  REDUCE_OPERATORS,
  GLOBAL_POOLS,
  LAYER_NORMS,
  BATCH_NORMS,
  INSTANCE_NORMS,
  MEAN_VARIANCE_OPERATORS,
  LRN_OPERATORS,
  ORDER_OPERATORS,
  SOFTMAX_OPERATORS,
  TENSOR_ERRORS,
];

const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  FAMILIES.flat().map((operator) => [`${operator.domain}:${operator.opType}`, operator]),
);

/** The operator that runs nodes of this type, or undefined. */
export function findOperator(domain: string, opType: string): Operator | undefined {
  return OPERATORS.get(`${domain === 'ai.onnx' ? '' : domain}:${opType}`);
}

/** Every operator, in the order of the families. */
export function allOperators(): readonly Operator[] {
  return FAMILIES.flat();
}
