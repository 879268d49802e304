// The public API of `octavo/paddleslim`: PaddleSlim's quantizers in its own words. Re-exports only.

export type { Algorithm } from './paddleslim/calibrate.js';
export { convert } from './paddleslim/convert/convert.js';
export { ConvertedModel } from './paddleslim/convert/convertedModel.js';
export type { LoneOperator } from './paddleslim/convert/loneOperators.js';
export type { SlimModel } from './paddleslim/model.js';
export type { ConvertOptions, DebugGraph } from './paddleslim/options/convert.js';
export type { QuantPostDynamicOptions } from './paddleslim/options/dynamic.js';
export type { EmbeddingConfig, QuantEmbeddingOptions, TablesConfig } from './paddleslim/options/embedding.js';
export type { Spelled } from './paddleslim/options/names.js';
export type {
  ActivationQuantizeType,
  QuantPostStaticOptions,
  WeightQuantizeType,
} from './paddleslim/options/static.js';
export { quantEmbedding } from './paddleslim/quantEmbedding.js';
export { PaddleDynamicResult, quantPostDynamic } from './paddleslim/quantPostDynamic.js';
export { quantPostStatic } from './paddleslim/quantPostStatic.js';
export { PaddleQuantizeResult, type QuantizedOp } from './paddleslim/result.js';
export type { SlimData, SlimTensors } from './paddleslim/samples.js';
export type { SkippedOp } from './paddleslim/structure.js';
export type { SeenRange } from './paddleslim/styles/style.js';
