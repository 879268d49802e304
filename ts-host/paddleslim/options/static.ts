// The options of quantPostStatic, as PaddleSlim's quant_post_static has them, with its defaults.

import { OctavoError } from '../../errors.js';
import { ALGORITHMS, type Algorithm } from '../calibrate.js';
import { QUANTIZABLE_TYPES, WEIGHT_TYPES } from '../operators.js';
import type { SlimData } from '../samples.js';
import type { CodeBits } from '../weights.js';
import { activationTypesFor, BACKENDS, type DeployBackend } from './backends.js';
import { OptionReader } from './check.js';
import { MODEL_NAMES, type ModelOptions, modelSettings } from './model.js';
import { namedOptions, type Spelled } from './names.js';

/** Options of quantPostStatic; PaddleSlim's spelling (`batch_nums`) is taken too. */
export interface QuantPostStaticOptions extends ModelOptions {
  /** Folder to write to (Node). Default: nothing is written, take the files from the result. */
  readonly quantizeModelPath?: string | undefined;
  /** Batches. */
  readonly dataLoader?: SlimData | undefined;
  readonly batchGenerator?: SlimData | undefined;
  /** Single samples, batchSize to a batch. */
  readonly sampleGenerator?: SlimData | undefined;
  /** Default 1. */
  readonly batchSize?: number | undefined;
  /** Batches to use; default all. */
  readonly batchNums?: number | null | undefined;
  /** How thresholds of activations are found. Default hist. */
  readonly algo?: Algorithm | undefined;
  /** Share of values that hist keeps. Default 0.9999. */
  readonly histPercent?: number | undefined;
  /** Only `round`: adaround is not done. */
  readonly roundType?: 'round' | undefined;
  /** Default false. */
  readonly biasCorrection?: boolean | undefined;
  /** Default conv2d, depthwise_conv2d, conv2d_transpose, mul, matmul, matmul_v2. */
  readonly quantizableOpType?: readonly string[] | undefined;
  /** All types that can be quantized. Default false. */
  readonly isFullQuantize?: boolean | undefined;
  /** 8 (default) or 16; both the same. */
  readonly weightBits?: CodeBits | undefined;
  readonly activationBits?: CodeBits | undefined;
  /** Which operator quantizes activations where onnxFormat is false. Default range_abs_max. */
  readonly activationQuantizeType?: ActivationQuantizeType | undefined;
  /** Default channel_wise_abs_max; the others are one scale for a weight. */
  readonly weightQuantizeType?: WeightQuantizeType | undefined;
  /** Folds batch norms into convolutions first. Default false. */
  readonly optimizeModel?: boolean | undefined;
  /** quantize_linear and dequantize_linear (default), or fake-quantize operators. */
  readonly onnxFormat?: boolean | undefined;
  /** Operators that read one of these variables stay in float. */
  readonly skipTensorList?: readonly string[] | null | undefined;
  /** Octavo's: thresholds exactly as Paddle's algorithms compute them. */
  readonly compat?: 'paddle' | undefined;
  /** Octavo's: false stores codes of weights as float32 where onnxFormat is false, as Paddle does. Default true. */
  readonly saveInt8?: boolean | undefined;
  /** Which activations are quantized: those that this engine computes with codes. Default: those of the types asked for. */
  readonly deployBackend?: DeployBackend | null | undefined;
  /** Paddle's environment: taken and not used, the model runs in Octavo. */
  readonly executor?: unknown;
  readonly scope?: unknown;
}

export type ActivationQuantizeType = 'abs_max' | 'range_abs_max' | 'moving_average_abs_max';
export type WeightQuantizeType = ActivationQuantizeType | 'channel_wise_abs_max';

const NAMES = [
  ...MODEL_NAMES,
  'quantizeModelPath',
  'dataLoader',
  'batchGenerator',
  'sampleGenerator',
  'batchSize',
  'batchNums',
  'algo',
  'histPercent',
  'roundType',
  'biasCorrection',
  'quantizableOpType',
  'isFullQuantize',
  'weightBits',
  'activationBits',
  'activationQuantizeType',
  'weightQuantizeType',
  'optimizeModel',
  'onnxFormat',
  'skipTensorList',
  'compat',
  'saveInt8',
  'deployBackend',
  'executor',
  'scope',
] as const satisfies readonly (keyof QuantPostStaticOptions)[];

/** Names that older versions had. */
const ALSO = { saveModelPath: 'quantizeModelPath', saveModelDir: 'quantizeModelPath' };

export const ACTIVATION_TYPE_NAMES = ['abs_max', 'range_abs_max', 'moving_average_abs_max'] as const;
export const WEIGHT_TYPE_NAMES = [...ACTIVATION_TYPE_NAMES, 'channel_wise_abs_max'] as const;

export type StaticSettings = ReturnType<typeof staticSettings>;

/** @throws OctavoError `INVALID_ARGUMENT` naming the option, and the nearest one for a name there is not */
export function staticSettings(options: Spelled<QuantPostStaticOptions>) {
  const named = namedOptions(options, NAMES, ALSO);
  const read = new OptionReader(named);
  refuseAdaround(read.oneOf('roundType', 'round', ['round', 'adaround']));
  return {
    ...modelSettings(named, read, 'quantizeModelPath'),
    samples: {
      dataLoader: (named.dataLoader ?? undefined) as SlimData | undefined,
      batchGenerator: (named.batchGenerator ?? undefined) as SlimData | undefined,
      sampleGenerator: (named.sampleGenerator ?? undefined) as SlimData | undefined,
      batchSize: read.count('batchSize') ?? 1,
      batchNums: read.count('batchNums'),
    },
    algo: read.oneOf('algo', 'hist', Object.keys(ALGORITHMS) as Algorithm[]),
    histPercent: read.number('histPercent', 0.9999, Number.MIN_VALUE, 1),
    biasCorrection: read.bool('biasCorrection', false),
    types: typesOf(read),
    bits: bitsOf(read),
    activationType: read.oneOf('activationQuantizeType', 'range_abs_max', ACTIVATION_TYPE_NAMES),
    perChannel:
      read.oneOf('weightQuantizeType', 'channel_wise_abs_max', WEIGHT_TYPE_NAMES) === 'channel_wise_abs_max',
    optimizeModel: read.bool('optimizeModel', false),
    onnxFormat: read.bool('onnxFormat', true),
    skipTensors: read.words('skipTensorList', []),
    compat: named.compat === undefined ? undefined : read.oneOf('compat', 'paddle', ['paddle'] as const),
    saveInt8: read.bool('saveInt8', true),
    activationTypes: activationTypesFor(backendOf(read.text('deployBackend'))),
  };
}

function refuseAdaround(type: string): void {
  if (type === 'round') return;
  const message =
    'adaround (rounding learned by training) is not done: use round, with biasCorrection if it is to be nearer';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'roundType' });
}

function typesOf(read: OptionReader): readonly string[] {
  const types = read.words('quantizableOpType', WEIGHT_TYPES, QUANTIZABLE_TYPES);
  return read.bool('isFullQuantize', false) ? QUANTIZABLE_TYPES : types;
}

function backendOf(given: string | undefined): (typeof BACKENDS)[number] | undefined {
  const read = new OptionReader({ deployBackend: given?.toLowerCase() });
  return given === undefined ? undefined : read.oneOf('deployBackend', 'arm', BACKENDS);
}

function bitsOf(read: OptionReader): CodeBits {
  const weight = read.oneOf<CodeBits>('weightBits', 8, [8, 16]);
  const activation = read.oneOf<CodeBits>('activationBits', weight, [8, 16]);
  if (activation === weight) return weight;
  const message = `weightBits (${weight}) and activationBits (${activation}) must be the same, as in Paddle`;
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'activationBits' });
}
