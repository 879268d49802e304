// Scales of the weights of integer products: symmetric int8, so that the product needs no correction, and wide enough that the
// bias fits in int32 at the scale of the products.
//
//   bias code = b[c] / (s_x · s_w[c])     |bias code| <= 2^30: as much again is left for the sum of products

import type { RunContext } from '../../context.js';
import type { ConstantScope } from '../../ir/constants.js';
import type { Node } from '../../ir/model.js';
import type { CodePlan, Granularity } from '../../ir/plan.js';
import { elementCount, type Tensor } from '../../ir/tensor.js';
import { WEIGHT_OBSERVERS } from '../../observers/index.js';
import { floatChunks } from '../../tensor/floatChunks.js';
import { scaleLayout } from '../../tensor/layout.js';
import type { FloatValues } from '../../tensor/range.js';
import { rangeOf } from '../../tensor/range.js';
import type { Engine } from '../../wasm/engine.js';
import type { ActivationStatistics } from '../activations.js';
import { weightRole } from '../roles.js';
import { rowInputsOf } from '../rowInputs.js';
import { observerFor } from '../storage.js';
import type { WeightSettings } from './settings.js';

const BIAS_LIMIT = 2 ** 30;

/** A node that multiplies with a weight. */
export interface WeightReader {
  readonly id: string;
  readonly node: Node;
  readonly input: number;
  /** Scale of its input; undefined where its bias is not quantized. */
  readonly inputScale: number | undefined;
  readonly bias: Float32Array | undefined;
}

export interface WeightTools {
  readonly engine: Engine;
  readonly context: RunContext;
  /** What is known of the means of activations. */
  readonly activations: ActivationStatistics;
  readonly scope: ConstantScope;
}

/** The stored form of a weight, or undefined where its readers want scales along different axes. */
export async function weightPlan(
  id: string,
  tensor: Tensor,
  readers: readonly WeightReader[],
  settings: WeightSettings,
  tools: WeightTools,
): Promise<CodePlan> {
  const { engine, context } = tools;
  const { dims } = tensor;
  const axes = new Set(readers.map(({ node, input }) => weightRole(node, input, dims.length)!.channelAxis));
  const [axis] = axes;
  const perChannel = settings.granularity === 'channel' && axes.size === 1 && dims[axis!]! > 1;
  const granularity: Granularity = perChannel ? { kind: 'channel', axis: axis! } : { kind: 'tensor' };
  const spec = {
    dtype: 'int8',
    qmin: -settings.qmax,
    qmax: settings.qmax,
    symmetric: true,
    granularity,
  } as const;
  const chunks = () => floatChunks(engine, tensor, context);
  const values: FloatValues = { tensor: id, budget: context.budget, chunks };
  const inputs = await rowInputsOf(asWeight(id, tensor, readers, tools), spec.granularity, tools.activations);
  const wanted = { ...spec, observer: settings.observer };
  const observer = observerFor(wanted, elementCount(dims), inputs !== undefined);
  const layout = scaleLayout(dims, spec.granularity);
  const { scale, zeroPoint } = await WEIGHT_OBSERVERS[observer](engine, values, layout, spec, inputs);
  if (scale.includes(1)) shrinkDead(scale, (await rangeOf(engine, values, layout)).max);
  for (const reader of readers) makeRoom(scale, reader);
  return { tensor: id, ...spec, observer, scale: [...scale], zeroPoint: [...zeroPoint] };
}

/** As the observers of weights see it. */
function asWeight(id: string, tensor: Tensor, readers: readonly WeightReader[], { scope }: WeightTools) {
  const uses = readers.map(({ id: nodeId, node, input }, order) => ({
    nodeId,
    node,
    input,
    role: weightRole(node, input, tensor.dims.length),
    scope,
    order,
  }));
  return { id, ref: { tensor, name: id, scope, node: undefined }, uses };
}

/** A channel of zeros has any scale; its bias wants a fine one: the largest of the other channels. */
function shrinkDead(scale: Float32Array, max: Float32Array): void {
  const isDead = (channel: number): boolean => scale[channel] === 1 && max[channel] === 0;
  const alive = scale.filter((_, channel) => !isDead(channel));
  const fine = alive.length === 0 ? 2 ** -10 : alive.reduce((a, b) => Math.max(a, b));
  for (let channel = 0; channel < scale.length; channel++) if (isDead(channel)) scale[channel] = fine;
}

/** Raises scales until the bias of every channel has a code. */
function makeRoom(scale: Float32Array, { bias, inputScale }: WeightReader): void {
  if (bias === undefined || inputScale === undefined) return;
  for (let channel = 0; channel < bias.length; channel++) {
    const at = scale.length === 1 ? 0 : channel;
    const least = Math.abs(bias[channel]!) / (inputScale * BIAS_LIMIT);
    if (scale[at]! < least) scale[at] = least;
  }
}
