// The options of quantPostDynamic, as PaddleSlim's quant_post_dynamic has them, with its defaults.

import type { CodeBits } from '../weights.js';
import { OptionReader } from './check.js';
import { MODEL_NAMES, type ModelOptions, modelSettings } from './model.js';
import { namedOptions, type Spelled } from './names.js';

/** Options of quantPostDynamic; PaddleSlim's spelling is taken too. */
export interface QuantPostDynamicOptions extends ModelOptions {
  /** Folder to write to (Node); the model goes to `quantized_model` in it, the test model to `test_model`. */
  readonly saveModelDir?: string | undefined;
  /** Of conv2d, depthwise_conv2d and mul, which stands for matmul and matmul_v2 too. Default conv2d and mul. */
  readonly quantizableOpType?: readonly string[] | undefined;
  /** 8 (default) or 16. */
  readonly weightBits?: CodeBits | undefined;
  /** One step for each channel (default), or for a whole weight. */
  readonly weightQuantizeType?: 'channel_wise_abs_max' | 'abs_max' | undefined;
  /** Also the float model of what the codes stand for, which every Paddle runs. Default false. */
  readonly generateTestModel?: boolean | undefined;
}

const NAMES = [
  ...MODEL_NAMES,
  'saveModelDir',
  'quantizableOpType',
  'weightBits',
  'weightQuantizeType',
  'generateTestModel',
] as const satisfies readonly (keyof QuantPostDynamicOptions)[];

const ALSO = { saveModelPath: 'saveModelDir', quantizeModelPath: 'saveModelDir' };

const TYPES = ['conv2d', 'depthwise_conv2d', 'mul', 'matmul', 'matmul_v2'];

/** `mul` is what products with a weight were called when PaddleSlim's list was made; newer programs have matmul_v2 in its place,
 *  and it is meant too. Otherwise the fully connected layers stay in float. */
const withProducts = (types: readonly string[]): readonly string[] =>
  types.includes('mul') ? [...new Set([...types, 'matmul', 'matmul_v2'])] : types;

/** @throws OctavoError `INVALID_ARGUMENT` naming the option, and the nearest one for a name there is not */
export function dynamicSettings(options: Spelled<QuantPostDynamicOptions>) {
  const named = namedOptions(options, NAMES, ALSO);
  const read = new OptionReader(named);
  const weightTypes = ['channel_wise_abs_max', 'abs_max'] as const;
  return {
    ...modelSettings(named, read, 'saveModelDir'),
    types: withProducts(read.words('quantizableOpType', ['conv2d', 'mul'], TYPES)),
    bits: read.oneOf<CodeBits>('weightBits', 8, [8, 16]),
    perChannel:
      read.oneOf('weightQuantizeType', 'channel_wise_abs_max', weightTypes) === 'channel_wise_abs_max',
    generateTestModel: read.bool('generateTestModel', false),
  };
}
