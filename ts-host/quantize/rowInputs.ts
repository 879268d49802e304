// The inputs that a convolution's weight meets, for the observers (RowInputs in tensor/scales.ts).
//
// Inputs of convolutions mostly come out of a ReLU or the like, so their means are not small beside their deviations. An
// output channel loses d = w − ŵ against inputs of means m and variance v:
//
//     E (Σ d[j] · x[j])² = v · Σ d[j]² + (Σ m[j] · d[j])²
//
// The second term is a shift of the whole channel. Rounding leaves it as large as the first or larger, and a
// normalization that follows can amplify it; the choice of scales can nearly remove it.

import { integer } from '../ir/attributes.js';
import type { Node } from '../ir/model.js';
import type { Granularity } from '../ir/plan.js';
import { elementCount } from '../ir/tensor.js';
import type { RowInputs } from '../tensor/scales.js';
import type { ActivationStatistics, ChannelStatistics } from './activations.js';
import type { Weight } from './uses.js';

/** Deviations count as at least a 32nd of the mean: no assumption is better than that. */
const LEAST_VARIANCE = 1 / 1024;

/** What the rows of a weight meet, or undefined where that is not known or rows are no output channels. Only weights of
 *  convolutions are looked at: those of products mostly meet what comes out of a normalization around 0. */
export async function rowInputsOf(
  weight: Weight,
  granularity: Granularity,
  activations: ActivationStatistics,
): Promise<RowInputs | undefined> {
  const { dims } = weight.ref.tensor;
  const [use] = weight.uses;
  if (use?.role?.kind !== 'conv' || weight.uses.length > 1 || granularity.kind === 'block') return undefined;
  const { channelAxis } = use.role;
  const channels = dims[channelAxis]!;
  if (granularity.kind === 'tensor' && channels > 1) return undefined;
  const statistics = await activations.statistics(use.scope, use.node!.inputs[0]!);
  const length = elementCount(granularity.kind === 'tensor' ? dims : dims.slice(channelAxis + 1));
  const known = statistics && knownInputs(use.node!, dims, length, channels, statistics);
  return known && { rows: elementCount(dims) / length, ...known };
}

/** All inputs of a row have one mean, taken as 1: `weight` is m² / v. */
function flat(
  length: number,
  channels: number,
  weight: (channel: number) => number,
): Omit<RowInputs, 'rows'> {
  const biasWeight = Float64Array.from({ length: channels }, (_, channel) => weight(channel));
  return { means: new Float32Array(length).fill(1), biasWeight };
}

/** From the statistics of the input. A Conv's weight is [channels, inputs of a group, ...kernel]; in groups of several
 *  inputs rows do not all meet the same. */
function knownInputs(
  node: Node,
  dims: readonly number[],
  length: number,
  channels: number,
  statistics: ChannelStatistics,
): Omit<RowInputs, 'rows'> | undefined {
  const { mean, variance } = statistics;
  const weightOf = (input: number): number => {
    const square = mean[input]! * mean[input]!;
    return ratio(square, variance[input]! + LEAST_VARIANCE * square);
  };
  if (mean.length === 1) return flat(length, channels, () => weightOf(0));
  const inputs = dims[1]!;
  const groups = integer(node, 'group', 1);
  if (node.opType !== 'Conv' || mean.length !== groups * inputs) return undefined;
  if (groups === 1) return oneGroup(statistics, channels, length / inputs);
  // Depthwise: a row meets one input channel alone.
  return inputs === 1
    ? flat(length, channels, (channel) => weightOf(Math.floor((channel * groups) / channels)))
    : undefined;
}

/** Every row meets all input channels, each `area` times over. */
function oneGroup(
  { mean, variance }: ChannelStatistics,
  channels: number,
  area: number,
): Omit<RowInputs, 'rows'> {
  const least = variance.reduce((sum, v, i) => sum + v + LEAST_VARIANCE * mean[i]! * mean[i]!, 0);
  const biasWeight = new Float64Array(channels).fill(ratio(mean.length, least));
  const means = Float32Array.from({ length: mean.length * area }, (_, j) => mean[Math.floor(j / area)]!);
  return { means, biasWeight };
}

/** a / b, and 0 for a channel that is always 0. */
const ratio = (a: number, b: number): number => (b > 0 ? a / b : 0);
