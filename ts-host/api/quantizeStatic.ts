// quantize() in mode static: read → prepare → calibrate → plan → codes and integer nodes → plan the files.

import type { CalibrationStats } from '../calibrate/stats.js';
import { RunContext } from '../context.js';
import type { Samples } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import { materializeStatic } from '../formats/onnx/materialize/static/index.js';
import { planOnnxFiles } from '../formats/onnx/writer.js';
import { Breather } from '../io/breather.js';
import { GraphIndex } from '../ir/graphIndex.js';
import type { Model } from '../ir/model.js';
import type { QuantPlan } from '../ir/plan.js';
import type { ActivationRange } from '../observers/activation/method.js';
import type { StatsByValue } from '../observers/activation/statsByValue.js';
import { prepareModel } from '../passes/prepare/index.js';
import { oneOf, type QuantizeOptions } from '../quantize/options.js';
import { checkPlan } from '../quantize/planJson.js';
import { checkPlanWeights } from '../quantize/planWeights.js';
import { boundsOf } from '../quantize/static/activations.js';
import { checkBiases } from '../quantize/static/bias/check.js';
import { type ToldModels, withToldBiases } from '../quantize/static/bias/told.js';
import { checkStaticPlanFits } from '../quantize/static/planFits.js';
import { planStatic } from '../quantize/static/planStatic.js';
import { type StaticSettings, staticSettings } from '../quantize/static/settings.js';
import { valuesToObserve } from '../quantize/static/valuesToObserve.js';
import type { RecoveryReport } from '../recover/recover.js';
import type { Recovery } from '../recover/step.js';
import type { Engine } from '../wasm/engine.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { engine as defaultEngine, executionEngine } from '../wasm/load.js';
import { type ModelInput, openModel } from './open.js';
import { QuantizeResult } from './result.js';

export async function quantizeStatic(input: ModelInput, options: QuantizeOptions): Promise<QuantizeResult> {
  const settings = staticSettings(options);
  const level = recoveryOf(options, settings);
  const context = new RunContext(options);
  const engine = await defaultEngine();
  await Breather.of(context).breathe();
  const opened = await openModel(input, options, context);
  try {
    const original = opened.model;
    const prepared = await prepareModel(engine, original, context);
    const { model, float, plan, recovery } =
      options.plan === undefined
        ? await made({ engine, original, prepared, settings, level }, options, context)
        : await given(engine, options.plan, original, prepared, context);
    await Breather.of(context).breathe();
    const quantized = materializeStatic(model, plan, engine);
    await Breather.of(context).breathe();
    const { fileName = 'model.onnx', externalName, externalData } = options;
    const files = planOnnxFiles(quantized, { fileName, externalName, externalData }, context);
    const basis = { engine, opened, planned: model, float, plan, quantized, files, context };
    return new QuantizeResult({ ...basis, modeReason: undefined, recovery });
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** The plan that {@link quantizeStatic} would apply. */
export async function planStaticQuantization(
  input: ModelInput,
  options: QuantizeOptions,
): Promise<QuantPlan> {
  const settings = staticSettings(options);
  const level = recoveryOf(options, settings);
  const context = new RunContext(options);
  const engine = await defaultEngine();
  await Breather.of(context).breathe();
  const opened = await openModel(input, options, context);
  try {
    const original = opened.model;
    const prepared = await prepareModel(engine, original, context);
    return (await made({ engine, original, prepared, settings, level }, options, context)).plan;
  } finally {
    await opened.close();
  }
}

interface Task {
  readonly engine: Engine;
  readonly original: Model;
  readonly prepared: Model;
  readonly settings: StaticSettings;
  readonly level: Recovery;
}

/** A plan, and the model it is for. */
interface Planned {
  readonly model: Model;
  readonly plan: QuantPlan;
  /** Where it is another one: what the quantized model is to compute. */
  readonly float?: Model;
  readonly recovery?: RecoveryReport;
}

/** @throws OctavoError `INVALID_ARGUMENT` for another word, and where another system's numbers are asked for */
function recoveryOf({ recover }: QuantizeOptions, { method }: StaticSettings): Recovery {
  const level = oneOf<Recovery>('recover', recover ?? 'none', ['none', 'fast', 'best']);
  if (level === 'none' || method.compat === undefined) return level;
  const message = 'compat gives what another system computes, which recovery would change';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'recover' });
}

async function made(task: Task, options: QuantizeOptions, context: RunContext): Promise<Planned> {
  const { engine, original, prepared: model, settings, level } = task;
  const { limit, held } = context.budget;
  const execution = await executionEngine('strict', Math.max(0, limit - held));
  await Breather.of(context).breathe();
  const { calibration, recoverySamples } = options;
  if (level === 'none') {
    const stats = await statsOf(calibration, model, settings, execution, context);
    const ranges = await compatRangesOf(calibration, model, settings, execution, context);
    const input = { engine, execution, model, original, settings, stats, ranges };
    return corrected(engine, { original, model }, await planStatic(input, context), context);
  }
  const { recoverStatic } = await import('../recover/recover.js');
  const { repeatable } = await import('../recover/repeatable.js');
  const known = await givenStats(calibration);
  const samples = repeatable(recoverySamples ?? samplesOf(calibration, known), context);
  try {
    const stats = await statsOf(known ?? samples.given, model, settings, execution, context);
    const input = { engine, execution, model, original, settings, stats, samples: samples.given, level };
    const { report: recovery, ...recovered } = await recoverStatic(input, context);
    return { ...recovered, recovery };
  } finally {
    samples.release();
  }
}

/** @throws OctavoError `INVALID_ARGUMENT` when there are statistics only */
function samplesOf(calibration: QuantizeOptions['calibration'], known: StatsByValue | undefined): Samples {
  if (known === undefined) return calibration as Samples;
  const message = 'recovery runs the model over samples, statistics are not enough: give recoverySamples too';
  throw new OctavoError('INVALID_ARGUMENT', message, { field: 'recoverySamples' });
}

/** Ranges as another system computes them, where they are asked for. */
async function compatRangesOf(
  calibration: QuantizeOptions['calibration'],
  model: Model,
  settings: StaticSettings,
  execution: ExecutionEngine,
  context: RunContext,
): Promise<ReadonlyMap<string, ActivationRange> | undefined> {
  const { compat } = settings.method;
  if (compat === undefined) return undefined;
  if ((await givenStats(calibration)) !== undefined) {
    const message =
      'compat modes observe samples themselves: give samples, not what calibrate() made of them';
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'calibration' });
  }
  const { compatRanges } = await import('../calibrate/compat.js');
  const names = await valuesToObserve(model, settings, context);
  const samples = calibration as Samples;
  return compatRanges(model, execution, names, samples, () => compat(execution), context);
}

/** Statistics as given, or of the samples given. */
async function statsOf(
  calibration: QuantizeOptions['calibration'],
  model: Model,
  settings: StaticSettings,
  execution: ExecutionEngine,
  context: RunContext,
): Promise<StatsByValue> {
  const known = await givenStats(calibration);
  if (known === undefined) {
    const { calibrateModel } = await import('../calibrate/calibrate.js');
    const names = await valuesToObserve(model, settings, context);
    return calibrateModel(model, execution, names, calibration as Samples, {}, context);
  }
  if ('requireModel' in known) {
    const { modelHash } = await import('../calibrate/modelHash.js');
    (known as CalibrationStats).requireModel(await modelHash(model, context));
  }
  return known;
}

async function givenStats(calibration: QuantizeOptions['calibration']): Promise<StatsByValue | undefined> {
  if (calibration === undefined || calibration === null) {
    throw new OctavoError('INVALID_ARGUMENT', 'mode static needs samples, or what calibrate() made of some', {
      field: 'calibration',
    });
  }
  if (calibration instanceof Uint8Array) {
    const { CalibrationStats } = await import('../calibrate/stats.js');
    return CalibrationStats.fromBytes(calibration);
  }
  return 'get' in calibration && typeof calibration.get === 'function' ? calibration : undefined;
}

/** A plan from outside, checked as far as a plan made here is by the making. */
async function given(
  engine: Engine,
  plan: unknown,
  original: Model,
  model: Model,
  context: RunContext,
): Promise<Planned> {
  checkPlan(plan);
  if (plan.recovered !== undefined) {
    const steps = plan.recovered.join(', ');
    throw new OctavoError(
      'PLAN_INVALID',
      `it was made for weights that recovery had changed (${steps}): make it anew with recover and samples`,
      { field: 'recovered' },
    );
  }
  checkStaticPlanFits(plan, model, await boundsOf(new GraphIndex(model.graph), context));
  await checkPlanWeights(engine, plan, model, context);
  await checkBiases(plan, model, context);
  return corrected(engine, { original, model }, plan, context);
}

/** A plan with the prepared model whose biases it asks for. */
async function corrected(
  engine: Engine,
  models: ToldModels,
  plan: QuantPlan,
  context: RunContext,
): Promise<Planned> {
  return { model: await withToldBiases(engine, models, plan, context), float: models.model, plan };
}
