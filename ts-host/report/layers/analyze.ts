// The whole comparison: twins are found, both models run side by side over the samples, weights are compared one by one,
// layers are tried in float, and everything is put together.

import { RunContext } from '../../context.js';
import { countOf } from '../../data/countOf.js';
import { readSamples } from '../../data/readSamples.js';
import type { Samples } from '../../data/sample.js';
import { Breather } from '../../io/breather.js';
import { type Model, nodeIds } from '../../ir/model.js';
import { inlineFunctions } from '../../passes/inline-functions.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { type Codes, codesOf } from './codes.js';
import { Counterparts } from './counterparts.js';
import { distributionOf, pictureOf } from './distribution.js';
import {
  LAYER_REPORT_VERSION,
  type OutputReport,
  type Report,
  type ReportSubject,
  type Suggestion,
  type ValueReport,
} from './layerReport.js';
import { type Layer, layersOf } from './layerReports.js';
import { Links } from './links.js';
import { type Measured, Measuring } from './measure.js';
import { withoutMelted } from './melt.js';
import { mergeModels } from './merge.js';
import { requireSameInputs, sameOpset } from './opsets.js';
import type { Limits } from './series.js';
import { type Candidate, suggestLayers } from './suggest.js';
import type { KeptFeeds } from './trials.js';
import { findTwins, type Twin } from './twins.js';
import { nodeStates } from './variants.js';

export interface AnalysisOptions {
  /** Most samples to run. Default 16. */
  readonly samples?: number | undefined;
  /** Whether each layer is also run alone, with the float model's values as inputs: a third run of each sample. Default true. */
  readonly alone?: boolean | undefined;
  /** Layers to try in float, those that add the most noise alone; 0 for none. Default 10. */
  readonly trials?: number | undefined;
  /** Why layers were quantized or not, by node id. */
  readonly reasons?: ReadonlyMap<string, string> | undefined;
}

const DEFAULT_SAMPLES = 16;
const DEFAULT_TRIALS = 10;
/** Samples that layers are tried on. */
const TRIAL_SAMPLES = 4;
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
  return new Analysis(engine, a, b, options, context).report(samples, subject);
}

class Analysis {
  readonly #engine: ExecutionEngine;
  readonly #a: Model;
  readonly #b: Model;
  readonly #float: Links;
  readonly #quantized: Links;
  readonly #options: AnalysisOptions;
  readonly #context: RunContext;
  readonly #quiet: RunContext;

  constructor(engine: ExecutionEngine, a: Model, b: Model, options: AnalysisOptions, context: RunContext) {
    this.#engine = engine;
    [this.#a, this.#b] = [a, b];
    this.#float = new Links(a.graph);
    this.#quantized = new Links(b.graph);
    this.#options = options;
    this.#context = context;
    this.#quiet = new RunContext({
      signal: context.signal,
      onProgress: context.isObserved ? () => undefined : undefined,
    });
  }

  async report(samples: Samples, subject: ReportSubject): Promise<Report> {
    const found = findTwins(this.#float, this.#quantized);
    const codes = await this.#codes(found);
    const twins = withoutMelted(found, this.#float, this.#quantized, new Set(codes.keys()));
    const { names, kept, measured } = await this.#measure(twins, codes, samples);
    const both = new Map(measured.map(({ pair }) => [pair.value, pair.twin]));
    const counterparts = new Counterparts(this.#quantized, new Set(both.values()));
    const layers = await this.#layers(both, counterparts);
    const values = await this.#values(measured, codes);
    return {
      version: LAYER_REPORT_VERSION,
      subject,
      samples: names,
      layers: layers.map(({ report }) => report),
      values,
      outputs: measured.flatMap(outputReport),
      unmatched: this.#unmatched(values),
      suggestions: await this.#suggestions(layers, values, both, kept),
    };
  }

  async #codes(twins: readonly Twin[]): Promise<Map<string, Codes>> {
    const codes = new Map<string, Codes>();
    for (const { value, twin } of twins) {
      const found = await codesOf(twin, this.#quantized, this.#context);
      if (found !== undefined) codes.set(value, found);
    }
    return codes;
  }

  async #measure(
    twins: readonly Twin[],
    codes: ReadonlyMap<string, Codes>,
    samples: Samples,
  ): Promise<{ names: string[]; kept: KeptFeeds[]; measured: Measured[] }> {
    const merged = mergeModels(this.#a, this.#b, twins, { alone: this.#options.alone ?? true });
    const outputs = new Set(this.#a.graph.outputs.map(({ name }) => name));
    const limits = new Map([...codes].map(([value, each]) => [value, limitsOf(each)]));
    const measuring = await Measuring.create(this.#engine, merged, { limits, outputs }, this.#context);
    try {
      const { names, kept } = await this.#runAll(measuring, samples);
      return { names, kept, measured: measuring.results() };
    } finally {
      measuring.dispose();
    }
  }

  /** The first samples are kept for trials: others may be gone when they are wanted again. */
  async #runAll(measuring: Measuring, samples: Samples): Promise<{ names: string[]; kept: KeptFeeds[] }> {
    const most = this.#options.samples ?? DEFAULT_SAMPLES;
    const total = Math.min(most, countOf(samples, measuring.inputs) || most);
    const names: string[] = [];
    const kept: KeptFeeds[] = [];
    this.#context.report('compare', 0, total);
    for await (const sample of readSamples(
      samples,
      measuring.inputs,
      this.#quiet,
      (number) => number < most,
    )) {
      await measuring.run(sample, this.#quiet);
      names.push(...sample.items);
      if (kept.length < TRIAL_SAMPLES) kept.push(copyOf(sample.feeds));
      this.#context.report('compare', Math.min(names.length, total), total);
      if (names.length >= most) break;
    }
    return { names, kept };
  }

  #layers(twins: ReadonlyMap<string, string>, counterparts: Counterparts): Promise<Layer[]> {
    const models = { float: this.#float, quantized: this.#b, links: this.#quantized };
    const reasons = this.#options.reasons ?? new Map<string, string>();
    return layersOf(this.#engine, models, twins, counterparts, reasons, this.#context);
  }

  async #values(measured: readonly Measured[], codes: ReadonlyMap<string, Codes>): Promise<ValueReport[]> {
    const ids = nodeIds(this.#a.graph);
    const values: ValueReport[] = [];
    for (const { pair, dims, error, ownError, float, quantized } of measured) {
      await Breather.of(this.#context).breathe();
      values.push({
        value: pair.value,
        node: ids[this.#float.makerIndex(pair.value) ?? -1] ?? null,
        dims,
        error,
        ownError,
        codes: codes.get(pair.value) ?? null,
        clipped: float.clipped,
        origin: distributionOf(float.moments, float.stats),
        dequantized: distributionOf(quantized.moments, quantized.stats),
        histogram: pictureOf(float.stats.histogram, BARS),
      });
    }
    return values;
  }

  #unmatched(values: readonly ValueReport[]): string[] {
    const known = new Set(values.map(({ value }) => value));
    const made = this.#a.graph.nodes.flatMap(({ outputs }) => outputs);
    return made.filter((name) => name !== '' && !this.#float.isConstant(name) && !known.has(name));
  }

  async #suggestions(
    layers: readonly Layer[],
    values: readonly ValueReport[],
    twins: ReadonlyMap<string, string>,
    kept: readonly KeptFeeds[],
  ): Promise<Suggestion[]> {
    const candidates = layers.flatMap(({ report, group }): Candidate[] => {
      const { inputs, outputs, state } = report;
      const [output, ...others] = outputs;
      const fits = output !== undefined && twins.has(output) && inputs.every((name) => twins.has(name));
      if (!fits || state === 'float' || others.some((name) => this.#float.readers(name).length > 0))
        return [];
      return [{ layer: report, group, inputs, output }];
    });
    const made = layers.flatMap(({ report: { state, outputs } }) =>
      outputs.flatMap((name) => (twins.has(name) ? [{ state, twin: twins.get(name)! }] : [])),
    );
    const input = {
      engine: this.#engine,
      float: this.#a,
      quantized: this.#b,
      twins,
      states: nodeStates(this.#quantized, made, new Set(twins.values())),
      samples: kept,
    };
    return suggestLayers(input, candidates, values, this.#options.trials ?? DEFAULT_TRIALS, this.#context);
  }
}

/** Numbers that are cut off by more than rounding would move them. */
function limitsOf({ low, high, scale }: Codes): Limits {
  return { low: Math.fround(low - scale / 2), high: Math.fround(high + scale / 2) };
}

function copyOf(feeds: KeptFeeds): KeptFeeds {
  return new Map([...feeds].map(([name, feed]) => [name, { ...feed, data: feed.data.slice() }]));
}

function outputReport({ pair, rounds }: Measured): OutputReport[] {
  if (rounds.length === 0) return [];
  return [
    {
      value: pair.value,
      cosine: rounds.map(({ cosine }) => cosine),
      sqnrDb: rounds.map(({ sqnrDb }) => sqnrDb),
    },
  ];
}
