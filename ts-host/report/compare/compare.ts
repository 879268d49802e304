// Two models over the same samples, judged by their outputs. Both run in one engine, one sample at a time.

import { RunContext } from '../../context.js';
import { countOf } from '../../data/countOf.js';
import { type CheckedSample, readSamples } from '../../data/readSamples.js';
import type { Samples } from '../../data/sample.js';
import { OctavoError } from '../../errors.js';
import { Executor, type HostTensor } from '../../execute/executor.js';
import type { Model, ValueInfo } from '../../ir/model.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { LabelFinder, type Labels } from './labels.js';
import { type OutputComparison, OutputSeries } from './outputs.js';

/** How two models compare over samples. */
export interface Comparison {
  /** Samples that were run. */
  readonly samples: number;
  /** Means over the outputs that have the figure. */
  readonly cosine: number | null;
  readonly sqnrDb: number | null;
  /** Of the first output that has the figure. */
  readonly agreement: number | null;
  readonly accuracyA: number | null;
  readonly accuracyB: number | null;
  readonly outputs: readonly OutputComparison[];
}

/** Runs models `a` and `b` over the samples.
 *  @param engine - its memory holds both models
 *  @throws OctavoError `INVALID_ARGUMENT` for models whose inputs or outputs do not correspond; as the executor and
 *  readSamples, the model named in the message */
export async function compareOutputs(
  engine: ExecutionEngine,
  a: Model,
  b: Model,
  samples: Samples,
  labels: Labels | undefined,
  context: RunContext,
): Promise<Comparison> {
  const finder = labels && new LabelFinder(labels);
  const first = await Executor.create(a, engine, {}, context);
  try {
    const second = await Executor.create(b, engine, {}, context);
    try {
      return await new Run(engine, first, second, finder).all(samples, context);
    } finally {
      second.dispose();
    }
  } finally {
    first.dispose();
  }
}

class Run {
  readonly #a: Executor;
  readonly #b: Executor;
  readonly #inputs: ReadonlyMap<string, string>;
  readonly #outputs: ReadonlyMap<string, string>;
  readonly #series: ReadonlyMap<string, OutputSeries>;
  readonly #labels: LabelFinder | undefined;

  constructor(engine: ExecutionEngine, a: Executor, b: Executor, labels: LabelFinder | undefined) {
    this.#a = a;
    this.#b = b;
    this.#labels = labels;
    this.#inputs = partners('input', a.inputs, b.inputs);
    this.#outputs = partners('output', a.outputs, b.outputs);
    this.#series = new Map([...this.#outputs.keys()].map((name) => [name, new OutputSeries(engine, name)]));
  }

  async all(samples: Samples, context: RunContext): Promise<Comparison> {
    const quiet = new RunContext({
      signal: context.signal,
      onProgress: context.isObserved ? () => undefined : undefined,
    });
    const total = countOf(samples, this.#a.inputs);
    let count = 0;
    context.report('compare', 0, total);
    for await (const sample of readSamples(samples, this.#a.inputs, quiet)) {
      await this.#one(sample, quiet);
      count += sample.items.length;
      context.report('compare', count, total);
    }
    return summary(
      count,
      [...this.#series.values()].map((series) => series.result()),
    );
  }

  async #one({ name, feeds, items, numbers, length }: CheckedSample, context: RunContext): Promise<void> {
    const labels = this.#labels && items.map((item, i) => this.#labels!.of(item, numbers[i]!));
    try {
      const a = await this.#a.run(feeds, context);
      const renamed = new Map(
        [...feeds].map(([input, feed]) => [this.#inputs.get(input)!, feed as HostTensor]),
      );
      const b = await this.#b.run(renamed, context);
      for (const [output, series] of this.#series) {
        const other = b.get(this.#outputs.get(output)!)!;
        series.add(a.get(output)!, other, length, items.length, (item) => labels?.[item]);
      }
    } catch (error) {
      throw error instanceof OctavoError && error.code !== 'ABORTED' ? error.within({ sample: name }) : error;
    }
  }
}

function summary(samples: number, outputs: readonly OutputComparison[]): Comparison {
  type Figure = 'cosine' | 'sqnrDb' | 'agreement' | 'accuracyA' | 'accuracyB';
  const known = (figure: Figure): number[] =>
    outputs.map((output) => output[figure]).filter((value) => value !== null);
  const mean = (figure: Figure): number | null => {
    const values = known(figure);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    samples,
    cosine: mean('cosine'),
    sqnrDb: mean('sqnrDb'),
    agreement: known('agreement')[0] ?? null,
    accuracyA: known('accuracyA')[0] ?? null,
    accuracyB: known('accuracyB')[0] ?? null,
    outputs,
  };
}

/** The names of A's values with those of B: equal ones, or by position where the models share no name. */
export function partners(
  kind: string,
  a: readonly ValueInfo[],
  b: readonly ValueInfo[],
): Map<string, string> {
  const names = new Set(b.map(({ name }) => name));
  const shared = a.filter(({ name }) => names.has(name));
  if (shared.length === 0 && a.length === b.length) {
    return new Map(a.map(({ name }, index) => [name, b[index]!.name]));
  }
  const missing =
    a.find(({ name }) => !names.has(name)) ??
    b.find(({ name }) => !shared.some((each) => each.name === name));
  if (missing === undefined) return new Map(a.map(({ name }) => [name, name]));
  const lists = [a, b].map((list) => list.map(({ name }) => name).join(', '));
  throw new OctavoError(
    'INVALID_ARGUMENT',
    `the models have different ${kind}s: ${lists[0]} and ${lists[1]}`,
    { tensor: missing.name },
  );
}
