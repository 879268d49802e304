// Plans of small models, with made-up statistics, as short lines.

import { RunContext } from '../../../ts-host/context.js';
import type { Model } from '../../../ts-host/ir/model.js';
import type { QuantPlan } from '../../../ts-host/ir/plan.js';
import { prepareModel } from '../../../ts-host/passes/prepare/index.js';
import type { QuantizeOptions } from '../../../ts-host/quantize/options.js';
import { planStatic } from '../../../ts-host/quantize/static/planStatic.js';
import { staticSettings } from '../../../ts-host/quantize/static/settings.js';
import { valuesToObserve } from '../../../ts-host/quantize/static/valuesToObserve.js';
import { extremes } from '../../support/calibration.js';
import { executionEngine, simdEngine } from '../../support/engine.js';
import { modelOf } from '../../support/models.js';
import { type ModelInput, model } from '../../support/onnxBuilder.js';

export const engine = await simdEngine();
const execution = await executionEngine();

/** Ranges by value; others are [-1, 1], and those that are null were not seen. */
export type Ranges = Readonly<Record<string, readonly [number, number] | null>>;

export async function preparedOf(input: ModelInput): Promise<Model> {
  return prepareModel(engine, await modelOf(model(input)), new RunContext());
}

/** Values that calibration is asked to look at. */
export async function observedOf(
  input: ModelInput,
  options: QuantizeOptions = {},
): Promise<readonly string[]> {
  return valuesToObserve(await preparedOf(input), staticSettings(options), new RunContext());
}

export async function planOf(
  input: ModelInput,
  ranges: Ranges = {},
  options: QuantizeOptions = {},
): Promise<QuantPlan> {
  const original = await modelOf(model(input));
  const prepared = await prepareModel(engine, original, new RunContext());
  const stats = {
    get: (value: string) => {
      const range = ranges[value];
      return range === null ? undefined : extremes(...(range ?? ([-1, 1] as const)));
    },
  };
  const settings = staticSettings({ method: 'minmax', ...options });
  const task = { engine, execution, model: prepared, original, settings, stats };
  return planStatic(task, new RunContext());
}

/** `node form [tensors] [bias]` of every node. */
export const nodesOf = (plan: QuantPlan): string[] =>
  plan.nodes.map(({ node, form, tensors, bias }) =>
    [node, form, ...tensors, ...(bias === undefined ? [] : [`+ ${bias} bias`])].join(' '),
  );

/** `value steps of scale, zero point` of every value: how many steps from the smallest to the largest code. */
export const activationsOf = (plan: QuantPlan): string[] =>
  (plan.activations ?? []).map(({ value, like, dtype, scale, zeroPoint, qmin, qmax }) => {
    const ends = [qmin, qmax].map((code) => Number(((code - zeroPoint) * scale).toPrecision(3)));
    return `${value} ${dtype} [${ends.join(', ')}] zero ${zeroPoint}${like === undefined ? '' : ` like ${like}`}`;
  });

/** Why a node is what it is. */
export const reasonOf = (plan: QuantPlan, node: string): string =>
  plan.nodes.find((each) => each.node === node)?.reason ?? `${node} is not in the plan`;
