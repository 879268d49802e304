// quantize(): model in, plan, quantized model out. The road of the data in one place: read → plan → materialise →
// raise the opset → plan the files. Nothing is written until the caller gives a sink or asks for bytes.

import { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import type { Materialized } from '../formats/onnx/materialize/index.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import { WEIGHT_OBSERVERS } from '../observers/index.js';
import { raiseOpset } from '../passes/raise-opset/index.js';
import { planSettings, type QuantizeOptions } from '../quantize/options.js';
import { checkPlanFits } from '../quantize/planFits.js';
import { checkPlan } from '../quantize/planJson.js';
import { makePlan, type PlanResult } from '../quantize/planner.js';
import { checkPlanWeights } from '../quantize/planWeights.js';
import type { Engine } from '../wasm/engine.js';
import { engine as defaultEngine } from '../wasm/load.js';
import { type ModelInput, openModel } from './open.js';
import { QuantizeResult } from './result.js';

/** Quantizes a model.
 *
 *  Reads the graph, decides for every weight how it is stored (or takes `options.plan`), and returns the result ready
 *  to be written. Weights are read chunk by chunk, once to choose scales and once when they are written, so the input
 *  must stay readable until then. Mode static runs the model over `options.calibration` in between.
 *
 *  @param input - An ONNX model: bytes, a Blob, a Response, a stream, or a Source (fileSource, httpSource, …).
 *  @throws OctavoError `NOT_A_MODEL`, `TRUNCATED`, `MALFORMED`, `GRAPH_INVALID` and other reader errors;
 *  `INVALID_ARGUMENT` for an option; `NON_FINITE_WEIGHT`; `PLAN_INVALID`, `PLAN_VERSION` for `options.plan`;
 *  `WASM_UNAVAILABLE`, `SIMD_UNAVAILABLE`; `MEMORY_LIMIT`; `ABORTED`. Mode static: `ALREADY_QUANTIZED`,
 *  `NOTHING_TO_QUANTIZE`, `UNSUPPORTED_OP`, and what calibrate() throws.
 *  @example
 *  ```ts
 *  const result = await quantize(modelBytes, { mode: 'weights', bits: 8 });
 *  const smaller = await result.bytes();
 *  ``` */
export async function quantize(input: ModelInput, options: QuantizeOptions = {}): Promise<QuantizeResult> {
  if ((options.plan?.mode ?? options.mode) === 'static') {
    const { quantizeStatic } = await import('./quantizeStatic.js');
    return quantizeStatic(input, options);
  }
  const settings = planSettings(options);
  const context = new RunContext(options);
  const engine = await defaultEngine();
  const opened = await openModel(input, options, context);
  try {
    const { model } = opened;
    const canRaiseTo = opsetReach(model);
    const { plan, modeReason } =
      options.plan === undefined
        ? await makePlan(engine, model, settings, canRaiseTo, context)
        : await givenPlan(engine, options.plan, model, context);
    const { materializePlan } = await import('../formats/onnx/materialize/index.js');
    const materialized = materializePlan(model, plan, { engine, choosers: WEIGHT_OBSERVERS, canRaiseTo });
    const quantized = raised(materialized);
    const { fileName = 'model.onnx', externalName, externalData } = options;
    const { planOnnxFiles } = await import('../formats/onnx/writer.js');
    const files = planOnnxFiles(quantized, { fileName, externalName, externalData }, context);
    return new QuantizeResult({
      engine,
      opened,
      planned: model,
      plan,
      quantized,
      files,
      modeReason,
      context,
    });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Makes the plan that {@link quantize} would apply, without applying it: to be saved, edited and given back.
 *  @throws OctavoError as {@link quantize}. */
export async function planQuantization(
  input: ModelInput,
  options: Omit<QuantizeOptions, 'plan'> = {},
): Promise<QuantPlan> {
  if (options.mode === 'static') {
    const { planStaticQuantization } = await import('./quantizeStatic.js');
    return planStaticQuantization(input, options);
  }
  const settings = planSettings(options);
  const context = new RunContext(options);
  const engine = await defaultEngine();
  const opened = await openModel(input, options, context);
  try {
    return (await makePlan(engine, opened.model, settings, opsetReach(opened.model), context)).plan;
  } finally {
    await opened.close();
  }
}

/** A plan from outside, checked as far as a plan made here is by the making. */
async function givenPlan(
  engine: Engine,
  plan: unknown,
  model: Model,
  context: RunContext,
): Promise<PlanResult> {
  checkPlan(plan);
  checkPlanFits(plan, model);
  await checkPlanWeights(engine, plan, model, context);
  return { plan, modeReason: undefined };
}

/** Whether a model can be raised to an opset; asked often, answered once. */
function opsetReach(model: Model): (opset: number) => boolean {
  const known = new Map<number, boolean>();
  return (opset) => {
    let answer = known.get(opset);
    if (answer === undefined) known.set(opset, (answer = !Array.isArray(raiseOpset(model, opset))));
    return answer;
  };
}

function raised({ model, opset, made }: Materialized): Model {
  if (opset <= (model.opsets.get('') ?? 1)) return model;
  const result = raiseOpset(model, opset, (node) => made.has(node));
  if (!Array.isArray(result)) return result;
  const [first] = result;
  throw new OctavoError('UNSUPPORTED_OP', `opset ${opset} is out of reach: ${first?.reason}`, {
    ...(first === undefined ? {} : { node: first.node }),
  });
}
