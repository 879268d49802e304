// The options of quantize(): what can be asked for, the defaults, and the checks.

import type { RunOptions } from '../context.js';
import type { Samples } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import type { ExternalResolver } from '../io/external.js';
import type { QuantPlan, QuantTarget, WeightMode } from '../ir/plan.js';
import type { CompatSystem } from '../observers/activation/compat/index.js';
import type { ActivationMethodName } from '../observers/activation/index.js';
import type { StatsByValue } from '../observers/activation/statsByValue.js';
import { WEIGHT_OBSERVERS, type WeightObserver } from '../observers/index.js';

export type Bits = 2 | 3 | 4 | 5 | 6 | 7 | 8 | 16;

/** How finely scales are given out. `block` runs along the input channels, `channel` is one scale an output channel. */
export type GranularityName = 'tensor' | 'channel' | 'block';

/** What quantizes and how. Every field has a default; `quantize(model)` alone is meant to do the sensible thing. */
export interface QuantizeOptions extends RunOptions {
  /** Default: dynamic when MatMul and Gemm carry most of the weights, else weights. */
  readonly mode?: WeightMode | 'static' | 'auto' | undefined;
  /** Mode static: samples to run the model over, or what calibrate() made of some: an object or a stats file. */
  readonly calibration?: Samples | StatsByValue | Uint8Array | undefined;
  /** Mode static: how the range of an activation follows from what was seen of it. Default mse. */
  readonly method?: ActivationMethodName | undefined;
  /** Mode static: the ranges that this system's calibration computes with its method of that name, from samples that
   *  can be gone through twice; batches are its batches. Default: none, Octavo's own methods. */
  readonly compat?: CompatSystem | undefined;
  /** Share of values that method percentile keeps, in percent. Default 99.999. */
  readonly percentile?: number | undefined;
  /** Weight of a new sample in method movingAverage. Default 0.01. */
  readonly rate?: number | undefined;
  /** Mode static: what codes of weights take from the means of outputs is put into the biases, where normalizations of the model
   *  tell the means of inputs; no sample is run for it. Default true; false with `compat`. */
  readonly biasCorrection?: boolean | undefined;
  /** Mode static: steps that bring the quantized model nearer to the float one, each kept only if it does so on samples held
   *  out: none; fast: scales of weights by mse and biases corrected from the weights; best: all (docs/recovery.md). Needs
   *  samples. Default none. */
  readonly recover?: 'none' | 'fast' | 'best' | undefined;
  /** Samples to recover with, where `calibration` is statistics. Default: those of `calibration`. */
  readonly recoverySamples?: Samples | undefined;
  /** Mode static: the engine that will run the model; it decides which operators run in integers. Default
   *  onnxruntime-web. */
  readonly target?: QuantTarget | undefined;
  /** Mode static: QuantizeLinear and DequantizeLinear around float operators, which every engine reads, or the integer
   *  operators themselves. Default qdq. */
  readonly representation?: 'qdq' | 'operator' | undefined;
  /** Mode static: default uint8; int8 for tensorrt. */
  readonly activationType?: 'int8' | 'uint8' | 'int16' | 'uint16' | undefined;
  /** Mode static: codes of activations lie around one fixed zero point. Default false; true for tensorrt. */
  readonly activationSymmetric?: boolean | undefined;
  /** Bits of a weight code, for the modes weights and embedding. Default 8. */
  readonly bits?: Bits | undefined;
  /** Default: channel for 5 bits and more, block below. */
  readonly granularity?: GranularityName | undefined;
  /** Elements that share a scale under granularity block: 16, 32, 64, 128 or 256. Default 32. */
  readonly blockSize?: number | undefined;
  /** true: real = scale · code. false: a zero point for each scale, so that no codes are lost on the side where the
   *  weights end sooner: about 3 dB less error for a byte a scale. Default false. Mode dynamic goes by weightType. */
  readonly symmetric?: boolean | undefined;
  /** How scales are chosen. auto: mse for 4 bits and less, for convolutions whose inputs are known, and for small
   *  weights; absmax for the rest. Default auto. */
  readonly observer?: WeightObserver | 'auto' | undefined;
  /** Type of 8-bit weights in mode dynamic. Default int8. */
  readonly weightType?: 'int8' | 'uint8' | undefined;
  /** Codes use 7 of 8 bits in mode dynamic: for x86 without VNNI, whose u8·s8 products saturate at 16 bits. */
  readonly reduceRange?: boolean | undefined;
  /** Form of block-quantized MatMul and Gather: the com.microsoft operators (any opset), or the standard
   *  DequantizeLinear with block_size (opset 21). Default contrib. */
  readonly blockForm?: 'contrib' | 'qdq' | undefined;
  /** Mode dynamic: run Conv in integers too (ConvInteger) instead of storing its weight in integers. Default false. */
  readonly convInteger?: boolean | undefined;
  /** Nodes to leave in float: ids or globs (`*` any characters, `?` one). */
  readonly skip?: readonly string[] | undefined;
  /** Only nodes of these operator types are quantized. Default: all the mode knows. */
  readonly opTypes?: readonly string[] | undefined;
  /** Weights with fewer elements stay in float. Default 0: a weight is left only when it would not get smaller. */
  readonly minElements?: number | undefined;
  /** Convolution weights with fewer output channels stay in float. Default 0. */
  readonly minChannels?: number | undefined;
  /** Apply this plan instead of making one; the options above are then ignored. */
  readonly plan?: QuantPlan | undefined;
  /** Where external data is, if the model has any. octavo/node does this by itself for files. */
  readonly external?: ExternalResolver | undefined;
  /** Name of the output model file. Default model.onnx. */
  readonly fileName?: string | undefined;
  /** Name of the file for external data, where there is any. Default `<fileName>.data`. */
  readonly externalName?: string | undefined;
  /** Weights beside the model file: when it would pass 1.9 GiB or the input had it so (auto), always, or never. */
  readonly externalData?: 'auto' | 'always' | 'never' | undefined;
}

/** The options that decide a plan, complete. */
export interface PlanSettings {
  readonly mode: WeightMode | 'auto';
  readonly bits: Bits;
  readonly granularity: GranularityName;
  readonly blockSize: number;
  readonly symmetric: boolean;
  readonly observer: WeightObserver | 'auto';
  readonly weightType: 'int8' | 'uint8';
  readonly reduceRange: boolean;
  readonly blockForm: 'contrib' | 'qdq';
  readonly convInteger: boolean;
  readonly skip: readonly string[];
  readonly opTypes: readonly string[] | undefined;
  readonly minElements: number;
  readonly minChannels: number;
}

const MODES = ['auto', 'weights', 'dynamic', 'embedding', 'fp16', 'static'] as const;
const BITS = [2, 3, 4, 5, 6, 7, 8, 16] as const;
const BLOCK_SIZES = [16, 32, 64, 128, 256] as const;

/** Fills in the defaults.
 *  @throws OctavoError `INVALID_ARGUMENT` naming the option. */
export function planSettings(options: QuantizeOptions): PlanSettings {
  const bits = oneOf('bits', options.bits ?? 8, BITS);
  const fine = bits <= 4;
  const mode = oneOf('mode', options.mode ?? 'auto', MODES);
  return {
    // Mode static has settings of its own beside these (static/settings.ts).
    mode: mode === 'static' ? 'auto' : mode,
    bits,
    granularity: oneOf('granularity', options.granularity ?? (fine ? 'block' : 'channel'), [
      'tensor',
      'channel',
      'block',
    ]),
    blockSize: oneOf('blockSize', options.blockSize ?? 32, BLOCK_SIZES),
    symmetric: oneOf('symmetric', options.symmetric ?? false, [true, false]),
    observer: oneOf('observer', options.observer ?? 'auto', [
      'auto',
      ...(Object.keys(WEIGHT_OBSERVERS) as WeightObserver[]),
    ]),
    weightType: oneOf('weightType', options.weightType ?? 'int8', ['int8', 'uint8']),
    reduceRange: oneOf('reduceRange', options.reduceRange ?? false, [true, false]),
    blockForm: oneOf('blockForm', options.blockForm ?? 'contrib', ['contrib', 'qdq']),
    convInteger: oneOf('convInteger', options.convInteger ?? false, [true, false]),
    skip: strings('skip', options.skip ?? []),
    opTypes: options.opTypes === undefined ? undefined : strings('opTypes', options.opTypes),
    minElements: count('minElements', options.minElements ?? 0),
    minChannels: count('minChannels', options.minChannels ?? 0),
  };
}

export function oneOf<T>(field: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new OctavoError('INVALID_ARGUMENT', `${field} is ${value}, must be one of ${allowed.join(', ')}`, {
    field,
  });
}

function strings(field: string, value: readonly string[]): readonly string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new OctavoError('INVALID_ARGUMENT', `${field} must be a list of strings`, { field });
}

function count(field: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new OctavoError('INVALID_ARGUMENT', `${field} is ${value}, must be an integer >= 0`, { field });
}
