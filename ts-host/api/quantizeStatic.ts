// quantize() in mode static: read → prepare → plan from statistics → codes and integer nodes → plan the files.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { materializeStatic } from '../formats/onnx/materialize/static/index.js';
import { planOnnxFiles } from '../formats/onnx/writer.js';
import type { SourceInput } from '../io/any-source.js';
import { GraphIndex } from '../ir/graphIndex.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import { prepareModel } from '../passes/prepare/index.js';
import type { QuantizeOptions } from '../quantize/options.js';
import { checkPlan } from '../quantize/planJson.js';
import { checkPlanWeights } from '../quantize/planWeights.js';
import { boundsOf } from '../quantize/static/activations.js';
import { checkStaticPlanFits } from '../quantize/static/planFits.js';
import { planStatic, type RangeMethod } from '../quantize/static/planStatic.js';
import { staticSettings } from '../quantize/static/settings.js';
import type { Engine } from '../wasm/engine.js';
import { engine as defaultEngine } from '../wasm/load.js';
import { openModel } from './open.js';
import { QuantizeResult } from './result.js';

export async function quantizeStatic(input: SourceInput, options: QuantizeOptions): Promise<QuantizeResult> {
  const context = new RunContext(options);
  const engine = await defaultEngine();
  const opened = await openModel(input, options, context);
  try {
    const planned = await prepareModel(engine, opened.model, context);
    const plan =
      options.plan === undefined
        ? await makePlan(engine, planned, opened.model, options, context)
        : await givenPlan(engine, options.plan, planned, context);
    const quantized = materializeStatic(planned, plan, engine);
    const { fileName = 'model.onnx', externalName, externalData } = options;
    const files = planOnnxFiles(quantized, { fileName, externalName, externalData }, context);
    return new QuantizeResult({
      engine,
      opened,
      planned,
      plan,
      quantized,
      files,
      modeReason: undefined,
      context,
    });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** A plan from outside, checked as far as a plan made here is by the making. */
async function givenPlan(
  engine: Engine,
  plan: unknown,
  model: Model,
  context: RunContext,
): Promise<QuantPlan> {
  checkPlan(plan);
  checkStaticPlanFits(plan, model, await boundsOf(new GraphIndex(model.graph), context));
  await checkPlanWeights(engine, plan, model, context);
  return plan;
}

const minmax: RangeMethod = { name: 'minmax', choose: ({ min, max }) => ({ min, max }) };

function makePlan(
  engine: Engine,
  model: Model,
  original: Model,
  options: QuantizeOptions,
  context: RunContext,
): Promise<QuantPlan> {
  const settings = staticSettings(options);
  const { calibration } = options;
  if (calibration === undefined) {
    throw new OctavoError('INVALID_ARGUMENT', 'mode static needs samples, or what calibration made of some', {
      field: 'calibration',
    });
  }
  const input = { engine, model, original, settings, stats: calibration, method: minmax };
  return planStatic(input, context);
}
