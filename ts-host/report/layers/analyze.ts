// The whole comparison: twins are found, both models run side by side over the samples, weights are compared one by one,
// and everything is put together.

import { RunContext } from '../../context.js';
import { readSamples } from '../../data/readSamples.js';
import type { Samples } from '../../data/sample.js';
import { OctavoError } from '../../errors.js';
import { type Model, nodeIds } from '../../ir/model.js';
import { inlineFunctions } from '../../passes/inline-functions.js';
import { raiseOpset } from '../../passes/raise-opset/index.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { type Codes, codesOf } from './codes.js';
import { distributionOf, pictureOf } from './distribution.js';
import { LAYER_REPORT_VERSION, type Report, type ReportSubject, type ValueReport } from './layerReport.js';
import { layerReports } from './layerReports.js';
import { Links } from './links.js';
import { type Measured, Measuring } from './measure.js';
import { mergeModels } from './merge.js';
import type { Limits } from './series.js';
import { suggestLayers } from './suggest.js';
import { findTwins } from './twins.js';

export interface AnalysisOptions {
  /** Most samples to run. Default 16. */
  readonly samples?: number | undefined;
  /** Whether each layer is also run alone, with the float model's values as inputs: a third run of each sample, from which
   *  suggestions are made. Default true. */
  readonly alone?: boolean | undefined;
  /** Why layers were quantized or not, by node id. */
  readonly reasons?: ReadonlyMap<string, string> | undefined;
}

const DEFAULT_SAMPLES = 16;
/** Bars of a histogram. */
const BARS = 64;

/** Compares two models value by value.
 *  @param float - the model as it was quantized: prepared, so that its values are those of `quantized`
 *  @param engine - its memory holds both models
 *  @throws OctavoError `INVALID_ARGUMENT` for models that are not of one net; `UNSUPPORTED_OP` where they cannot be brought
 *  to one opset; as the executor and readSamples */
export async function analyzeModels(
  engine: ExecutionEngine,
  float: Model,
  quantized: Model,
  samples: Samples,
  subject: ReportSubject,
  options: AnalysisOptions,
  context: RunContext,
): Promise<Report> {
  const [a, b] = sameOpset(inlineFunctions(float), inlineFunctions(quantized));
  requireSameInputs(a, b);
  const links = { float: new Links(a.graph), quantized: new Links(b.graph) };
  const twins = findTwins(links.float, links.quantized);
  const codes = new Map<string, Codes>();
  for (const { value, twin } of twins) {
    const found = await codesOf(twin, links.quantized, context);
    if (found !== undefined) codes.set(value, found);
  }
  const merged = mergeModels(a, b, twins, { alone: options.alone ?? true });
  const outputs = new Set(a.graph.outputs.map(({ name }) => name));
  const limits = new Map([...codes].map(([value, each]) => [value, limitsOf(each)]));
  const measuring = await Measuring.create(engine, merged, { limits, outputs }, context);
  try {
    const names = await runAll(measuring, samples, options.samples ?? DEFAULT_SAMPLES, context);
    const measured = measuring.results();
    measuring.dispose();
    const both = new Map(measured.map(({ pair }) => [pair.value, pair.twin]));
    const models = { float: links.float, quantized: b, links: links.quantized };
    const layers = await layerReports(engine, models, both, options.reasons ?? new Map(), context);
    const values = measured.map((each) => valueReport(each, links.float, codes.get(each.pair.value)));
    return {
      version: LAYER_REPORT_VERSION,
      subject,
      samples: names,
      layers,
      values,
      outputs: measured
        .filter(({ rounds }) => rounds.length > 0)
        .map(({ pair, rounds }) => ({
          value: pair.value,
          cosine: rounds.map(({ cosine }) => cosine),
          sqnrDb: rounds.map(({ sqnrDb }) => sqnrDb),
        })),
      unmatched: unmatched(links.float, values),
      suggestions: suggestLayers(engine, layers, values),
    };
  } finally {
    measuring.dispose();
  }
}

function sameOpset(a: Model, b: Model): [Model, Model] {
  const [low, high] = [opsetOf(a), opsetOf(b)];
  return low < high ? [raised(a, high), b] : [a, raised(b, low)];
}

function opsetOf({ opsets }: Model): number {
  return opsets.get('') ?? opsets.get('ai.onnx') ?? 1;
}

function raised(model: Model, opset: number): Model {
  const result = raiseOpset(model, opset);
  if (!Array.isArray(result)) return result;
  const [first] = result;
  throw new OctavoError(
    'UNSUPPORTED_OP',
    `the models have different opsets, and one cannot be brought to opset ${opset}: ${first!.reason}`,
    { node: first!.node },
  );
}

function requireSameInputs(a: Model, b: Model): void {
  const fed = ({ graph }: Model): string[] =>
    graph.inputs.map(({ name }) => name).filter((name) => !graph.initializers.has(name));
  const known = new Set(fed(a));
  const foreign = fed(b).find((name) => !known.has(name));
  if (foreign === undefined) return;
  throw new OctavoError('INVALID_ARGUMENT', 'the float model has no such input; are the models of one net?', {
    tensor: foreign,
  });
}

/** Numbers that are cut off by more than rounding would move them. */
function limitsOf({ low, high, scale }: Codes): Limits {
  return { low: Math.fround(low - scale / 2), high: Math.fround(high + scale / 2) };
}

async function runAll(
  measuring: Measuring,
  samples: Samples,
  most: number,
  context: RunContext,
): Promise<string[]> {
  const quiet = new RunContext({
    signal: context.signal,
    onProgress: context.isObserved ? () => undefined : undefined,
  });
  const names: string[] = [];
  const wants = (number: number): boolean => number < most;
  for await (const sample of readSamples(samples, measuring.inputs, quiet, wants)) {
    context.report('compare', names.length, most);
    await measuring.run(sample, quiet);
    names.push(...sample.items);
    if (names.length >= most) break;
  }
  context.report('compare', names.length, names.length);
  return names;
}

function valueReport(
  { pair, dims, error, ownError, float, quantized }: Measured,
  links: Links,
  codes: Codes | undefined,
): ValueReport {
  const index = links.makerIndex(pair.value);
  return {
    value: pair.value,
    node: index === undefined ? null : nodeIds(links.graph)[index]!,
    dims,
    error,
    ownError,
    codes: codes ?? null,
    clipped: float.clipped,
    origin: distributionOf(float.moments, float.stats),
    dequantized: distributionOf(quantized.moments, quantized.stats),
    histogram: pictureOf(float.stats.histogram, BARS),
  };
}

function unmatched(links: Links, values: readonly ValueReport[]): string[] {
  const known = new Set(values.map(({ value }) => value));
  const made = links.graph.nodes.flatMap(({ outputs }) => outputs);
  return made.filter((name) => name !== '' && !links.isConstant(name) && !known.has(name));
}
