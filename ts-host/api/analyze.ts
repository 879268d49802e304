// analyze(): a float model, a quantized one and samples that become a report by layers.

import { RunContext, type RunOptions } from '../context.js';
import type { Samples } from '../data/sample.js';
import { type ErrorCode, OctavoError } from '../errors.js';
import type { ExternalResolver } from '../io/external.js';
import type { Model } from '../ir/model.js';
import { inlineFunctions } from '../passes/inline-functions.js';
import { prepareModel } from '../passes/prepare/index.js';
import { type AnalysisOptions, analyzeModels } from '../report/layers/analyze.js';
import type { Report, ReportSubject } from '../report/layers/layerReport.js';
import { Links } from '../report/layers/links.js';
import { findTwins } from '../report/layers/twins.js';
import { planSettings, recoverySettings, type Setting } from '../report/planFacts.js';
import { engine as defaultEngine, executionEngine } from '../wasm/load.js';
import { type ModelInput, openModel } from './open.js';
import { QuantizeResult } from './result.js';

export interface AnalyzeOptions extends RunOptions {
  /** Where external data of the float model is, if it has any. */
  readonly external?: ExternalResolver | undefined;
  /** The same for the quantized model. Default: where that of the float model is. */
  readonly externalB?: ExternalResolver | undefined;
  /** Most samples to run. Default 16. */
  readonly maxSamples?: number | undefined;
  /** Whether each layer is also run alone, with the float model's values as inputs: a third run of each sample. Default
   *  true; without it nothing is suggested. */
  readonly alone?: boolean | undefined;
  /** Layers to try in float: those that add the most noise alone. Each costs the rest of the net behind it, on four samples;
   *  0 for none. Default 10. */
  readonly trials?: number | undefined;
  /** What the models are called in the report. */
  readonly floatName?: string | undefined;
  readonly quantizedName?: string | undefined;
  /** Settings that the report is to show, before those that a plan tells. */
  readonly settings?: ReportSubject['settings'];
}

/** Runs the float and the quantized model side by side and compares every value that both have, and every weight.
 *
 *  Values are found by name; where only codes of a value are read, what they stand for is compared. Both models run as one, so
 *  values live as long as they do in either model, and memory does not grow with samples or depth.
 *  @param quantized - a model, or what quantize() returned: then what was decided is in the report too
 *  @throws OctavoError `INVALID_ARGUMENT` for models that are not of one net; `UNSUPPORTED_OP` where they cannot be brought
 *  to one opset; as Session.create and run
 *  @example
 *  ```ts
 *  import { analyze, reportToHtml } from 'octavo/report';
 *  const result = await quantize(bytes, { mode: 'static', calibration: samples });
 *  const page = reportToHtml(await analyze(bytes, result, samples));
 *  ``` */
export async function analyze(
  float: ModelInput,
  quantized: ModelInput | QuantizeResult,
  samples: Samples,
  options: AnalyzeOptions = {},
): Promise<Report> {
  if (quantized instanceof QuantizeResult) return analyzeResult(quantized, samples, options);
  const context = new RunContext(options);
  const settings = settingsOf(options);
  const { external, externalB = external } = options;
  const first = await openModel(float, { external }, context);
  try {
    const second = await openModel(quantized, { external: externalB }, context);
    try {
      const a = await asQuantized(first.model, second.model, context);
      const bytes = { floatBytes: first.byteLength, quantizedBytes: second.byteLength };
      const subject = subjectOf(options, bytes, []);
      const engine = await engineFor(context);
      return await analyzeModels(engine, a, second.model, samples, subject, settings, context);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

/** {@link analyze} of what quantize() returned, which knows the float model: it must be open still. */
export async function analyzeResult(
  result: QuantizeResult,
  samples: Samples,
  options: AnalyzeOptions,
): Promise<Report> {
  const context = new RunContext(options);
  const { plan, byteLength, recovery } = result;
  const { float, quantized, floatBytes } = await result.models();
  const reasons = new Map(plan.nodes.map(({ node, reason }) => [node, reason]));
  const facts = [...planSettings(plan), ...recoverySettings(recovery)];
  const subject = subjectOf(options, { floatBytes, quantizedBytes: byteLength }, facts);
  const settings = { ...settingsOf(options), reasons };
  return analyzeModels(await engineFor(context), float, quantized, samples, subject, settings, context);
}

function settingsOf({ alone, maxSamples, trials }: AnalyzeOptions): AnalysisOptions {
  requireCount('maxSamples', maxSamples, 1);
  requireCount('trials', trials, 0);
  return { samples: maxSamples, alone, trials };
}

function requireCount(field: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new OctavoError('INVALID_ARGUMENT', `${field} is ${value}, must be an integer >= ${least}`, {
    field,
  });
}

function engineFor({ budget: { limit, held } }: RunContext): ReturnType<typeof executionEngine> {
  return executionEngine('strict', Math.max(0, limit - held));
}

function subjectOf(
  { floatName = 'float model', quantizedName = 'quantized model', settings = [] }: AnalyzeOptions,
  bytes: Pick<ReportSubject, 'floatBytes' | 'quantizedBytes'>,
  more: readonly Setting[],
): ReportSubject {
  return { float: floatName, quantized: quantizedName, ...bytes, settings: [...settings, ...more] };
}

/** The float model as it is, or prepared as static quantization does: whichever has more of its values in the quantized
 *  model, so that folded normalizations are compared with folded ones. */
async function asQuantized(float: Model, quantized: Model, context: RunContext): Promise<Model> {
  const inlined = inlineFunctions(float);
  const other = new Links(inlineFunctions(quantized).graph);
  const missing = (model: Model): number => {
    const links = new Links(model.graph);
    const made = new Set(
      model.graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => !links.isConstant(name)),
    );
    for (const { value } of findTwins(links, other)) made.delete(value);
    return made.size;
  };
  if (missing(inlined) === 0) return inlined;
  const prepared = await preparedModel(inlined, context);
  return prepared !== undefined && missing(prepared) < missing(inlined) ? prepared : inlined;
}

const UNPREPARED: readonly ErrorCode[] = ['UNSUPPORTED_OP', 'ALREADY_QUANTIZED', 'NOTHING_TO_QUANTIZE'];

/** undefined for a model that static quantization would refuse. */
async function preparedModel(model: Model, context: RunContext): Promise<Model | undefined> {
  try {
    return await prepareModel(await defaultEngine(), model, context);
  } catch (error) {
    if (error instanceof OctavoError && UNPREPARED.includes(error.code)) return undefined;
    throw error;
  }
}
