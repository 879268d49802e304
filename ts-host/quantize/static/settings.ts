// The options of mode static, complete and checked.

import { OctavoError } from '../../errors.js';
import type { QuantTarget } from '../../ir/plan.js';
import { type CompatMake, compatMethod } from '../../observers/activation/compat/index.js';
import { activationMethod } from '../../observers/activation/index.js';
import type { ActivationMethod, MethodOptions } from '../../observers/activation/method.js';
import type { WeightObserver } from '../../observers/index.js';
import { type GranularityName, oneOf, planSettings, type QuantizeOptions } from '../options.js';
import { TARGETS } from './targets/index.js';
import type { ActivationType, Target } from './targets/target.js';

export interface StaticSettings {
  readonly target: Target;
  readonly representation: 'qdq' | 'operator';
  readonly activationType: ActivationType;
  /** Codes of activations around one zero point; those behind a Relu excepted. */
  readonly symmetric: boolean;
  readonly method: RangeSettings;
  readonly weights: WeightSettings;
  /** By what normalizations tell of means. */
  readonly biasCorrection: boolean;
  readonly skip: readonly string[];
  readonly opTypes: readonly string[] | undefined;
  readonly minElements: number;
  readonly minChannels: number;
}

export interface RangeSettings extends MethodOptions {
  readonly name: string;
  readonly choose: ActivationMethod;
  /** Where another system's ranges are asked for: its observer of one value. */
  readonly compat?: CompatMake | undefined;
}

export interface WeightSettings {
  /** Codes lie in ±qmax. */
  readonly qmax: number;
  readonly granularity: Exclude<GranularityName, 'block'>;
  readonly observer: WeightObserver | 'auto';
}

const TYPES: readonly ActivationType[] = ['int8', 'uint8', 'int16', 'uint16'];
const REPRESENTATIONS = ['qdq', 'operator'] as const;
const GRANULARITIES = ['channel', 'tensor'] as const;

/** Fills in the defaults, which follow from the target.
 *  @throws OctavoError `INVALID_ARGUMENT` naming the option */
export function staticSettings(options: QuantizeOptions): StaticSettings {
  const { skip, opTypes, minElements, minChannels, bits, reduceRange, observer } = planSettings(options);
  const names = Object.keys(TARGETS) as QuantTarget[];
  const target = TARGETS[oneOf('target', options.target ?? 'onnxruntime-web', names)];
  const activationType = oneOf('activationType', options.activationType ?? target.activationType, TYPES);
  const symmetric = oneOf('activationSymmetric', options.activationSymmetric ?? target.symmetric, [
    true,
    false,
  ]);
  if (target.symmetric && (!symmetric || activationType.startsWith('u'))) {
    const field = symmetric ? 'activationType' : 'activationSymmetric';
    throw new OctavoError('INVALID_ARGUMENT', `${target.name} takes signed codes around 0 only`, { field });
  }
  const representation = oneOf('representation', options.representation ?? 'qdq', REPRESENTATIONS);
  if (representation === 'operator') requireOperators(target, activationType);
  return {
    target,
    representation,
    activationType,
    symmetric,
    method: rangeSettings(options),
    weights: weightSettings(options, bits, reduceRange, observer),
    biasCorrection: correctsBiases(options),
    skip,
    opTypes,
    minElements,
    minChannels,
  };
}

function correctsBiases({ biasCorrection, compat }: QuantizeOptions): boolean {
  const corrects = oneOf('biasCorrection', biasCorrection ?? compat === undefined, [true, false]);
  if (!corrects || compat === undefined) return corrects;
  const message = 'compat gives what another system computes, which bias correction would change';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'biasCorrection' });
}

function requireOperators({ name }: Target, activationType: ActivationType): void {
  const why =
    name === 'tensorrt'
      ? 'tensorrt reads QuantizeLinear and DequantizeLinear only'
      : `there are no integer operators over ${activationType}`;
  if (name !== 'tensorrt' && !activationType.endsWith('16')) return;
  throw new OctavoError('INVALID_ARGUMENT', why, { field: 'representation' });
}

function rangeSettings({ method = 'mse', compat, percentile, rate }: QuantizeOptions): RangeSettings {
  const choose = activationMethod(method);
  if (compat === undefined) return { name: method, choose, percentile, rate };
  const make = compatMethod(compat, method, { percentile, rate });
  return { name: `${compat} ${method}`, choose, percentile, rate, compat: make };
}

function weightSettings(
  options: QuantizeOptions,
  bits: number,
  reduceRange: boolean,
  observer: WeightSettings['observer'],
): WeightSettings {
  if (bits > 8) {
    throw new OctavoError('INVALID_ARGUMENT', `bits is ${bits}; weights of integer products have at most 8`, {
      field: 'bits',
    });
  }
  const granularity = oneOf<GranularityName>('granularity', options.granularity ?? 'channel', GRANULARITIES);
  const width = reduceRange ? Math.min(bits, 7) : bits;
  return { qmax: 2 ** (width - 1) - 1, granularity: granularity as WeightSettings['granularity'], observer };
}
