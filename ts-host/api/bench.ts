// benchModel(): how long a model takes, where the time goes, and beside another model in turn. The clock is the caller's.

import { RunContext, type RunOptions } from '../context.js';
import { batchRule } from '../data/batches.js';
import { patternFeed } from '../data/patternFeeds.js';
import { type CheckedSample, isRepeatable, readSamples } from '../data/readSamples.js';
import type { Samples } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import type { ExternalResolver } from '../io/external.js';
import { chosenDims, type ValueInfo } from '../ir/model.js';
import { median } from '../report/bench/timing.js';
import { LabelFinder, type Labels } from '../report/compare/labels.js';
import { BenchSubject, type ModelBench } from './benchSubject.js';
import { inputTypes } from './inputTypes.js';
import type { ModelInput } from './open.js';
import { requireThreads } from './session.js';

export interface BenchOptions extends RunOptions {
  /** Milliseconds, on a clock that only goes forward: `() => performance.now()`. */
  readonly now: () => number;
  /** Where external data is, if the model has any. */
  readonly external?: ExternalResolver | undefined;
  /** As of a session. */
  readonly precision?: 'strict' | 'fast' | undefined;
  /** As of a session. What was given is in `diagnostics`. */
  readonly threads?: number | undefined;
  /** Runs that count. Default: 20; with samples, each batch once. */
  readonly runs?: number | undefined;
  /** Runs before them, which make the runtime compile. Default 5. */
  readonly warmup?: number | undefined;
  /** Items run at once, where the model leaves it open and the inputs are made up. Default 1. */
  readonly batch?: number | undefined;
  /** Dims of inputs by name, where the model leaves others open and the inputs are made up. */
  readonly shapes?: Readonly<Record<string, readonly number[]>> | undefined;
  /** Of the inputs that are made up. Default 1. */
  readonly seed?: number | undefined;
  /** What is run instead of inputs that are made up. */
  readonly samples?: Samples | undefined;
  /** Class of each sample: accuracy is told too. */
  readonly labels?: Labels | undefined;
  /** Another model, run in turn with the first: of each batch first the one, then the other. */
  readonly against?: ModelInput | undefined;
  /** Where external data of that model is. Default: where that of the first is. */
  readonly externalAgainst?: ExternalResolver | undefined;
}

export interface Bench extends ModelBench {
  readonly runs: number;
  readonly warmup: number;
  /** Items of a batch. */
  readonly batch: number;
  /** Samples that were run; absent where the inputs were made up. */
  readonly samples?: number;
  readonly against?: ModelBench;
  /** How many times as fast as `against` the model is: median over the runs of the ratio of their times. */
  readonly speedup?: number;
}

const DEFAULT_RUNS = 20;
const DEFAULT_WARMUP = 5;
/** Most runs with a look at the clock around every step. */
const LAYER_RUNS = 10;
/** Batches are read ahead up to this many bytes, so that reading and decoding stay out of the caches while runs are timed. */
const AHEAD_BYTES = 1 << 26;

/** Measures a model: times of runs, time and memory of its layers, and if wanted accuracy and another model beside it.
 *  @throws OctavoError `INVALID_ARGUMENT`; `FEED_INVALID` where a shape is open; `SAMPLES_MISSING`; as Session.create and run
 *  @example
 *  ```ts
 *  import { benchModel } from 'octavo/report';
 *  const { medianMs, layers } = await benchModel(modelBytes, { now: () => performance.now() });
 *  ``` */
export async function benchModel(source: ModelInput, options: BenchOptions): Promise<Bench> {
  checkOptions(options);
  const context = new RunContext(options);
  const {
    external,
    externalAgainst = external,
    precision = 'strict',
    threads = 1,
    now,
    labels,
    against,
  } = options;
  const common = { precision, threads, now, labels: labels && new LabelFinder(labels) };
  const first = await BenchSubject.open(source, { ...common, external }, context);
  try {
    if (against === undefined) return await measured([first], options, context);
    const second = await BenchSubject.open(against, { ...common, external: externalAgainst }, context);
    try {
      return await measured([first, second], options, context);
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

function checkOptions({ now, runs, warmup, threads, samples, labels }: BenchOptions): void {
  requireThreads(threads);
  const refuse = (field: string, message: string): never => {
    throw new OctavoError('INVALID_ARGUMENT', `${field} ${message}`, { field });
  };
  const whole = (value: number | undefined, least: number): boolean =>
    value === undefined || (Number.isSafeInteger(value) && value >= least);
  if (typeof now !== 'function') refuse('now', 'must be a clock, such as () => performance.now()');
  if (!whole(runs, 1)) refuse('runs', 'must be a whole number above 0');
  if (!whole(warmup, 0)) refuse('warmup', 'must be a whole number');
  if (labels !== undefined && samples === undefined) refuse('labels', 'need samples');
}

async function measured(
  subjects: readonly BenchSubject[],
  options: BenchOptions,
  context: RunContext,
): Promise<Bench> {
  const { warmup = DEFAULT_WARMUP, samples } = options;
  const quiet = new RunContext({ signal: context.signal }, context.budget);
  const series = new Series(subjects, options, context, quiet);
  const batches =
    samples === undefined
      ? madeUp(subjects[0]!.inputs, options)
      : given(subjects[0]!.inputs, samples, options, quiet);
  let begun = false;
  for await (const group of ahead(batches)) {
    if (!begun) await series.begin(group[0]!.batch, warmup);
    begun = true;
    for (const { batch, isNew } of group) await series.add(batch, isNew);
  }
  return series.result(warmup);
}

interface Drawn {
  readonly batch: CheckedSample;
  /** Whether its samples were not run before. */
  readonly isNew: boolean;
}

/** Runs of all subjects, in turn. */
class Series {
  readonly #subjects: readonly BenchSubject[];
  readonly #inputs: readonly ValueInfo[];
  readonly #context: RunContext;
  readonly #quiet: RunContext;
  readonly #options: BenchOptions;
  readonly #hasSamples: boolean;
  #total = 0;
  #first: CheckedSample | undefined;
  #runs = 0;
  #samples = 0;

  constructor(
    subjects: readonly BenchSubject[],
    options: BenchOptions,
    context: RunContext,
    quiet: RunContext,
  ) {
    this.#subjects = subjects;
    this.#inputs = subjects[0]!.inputs;
    this.#context = context;
    this.#quiet = quiet;
    this.#options = options;
    this.#hasSamples = options.samples !== undefined;
  }

  async begin(batch: CheckedSample, warmup: number): Promise<void> {
    const { runs, samples } = this.#options;
    const batches = samples === undefined ? DEFAULT_RUNS : Math.ceil((samples.count ?? 0) / batch.length);
    this.#first = batch;
    this.#total = runs ?? batches;
    await this.#each(batch, (subject, own) => subject.first(own, this.#quiet));
    for (let run = 0; run < warmup; run++) {
      await this.#each(batch, async (subject, own) => void (await subject.run(own, this.#quiet)));
    }
  }

  async add(batch: CheckedSample, isNew: boolean): Promise<void> {
    await this.#each(batch, (subject, own) => subject.measure(own, isNew, this.#quiet));
    this.#runs++;
    if (isNew) this.#samples += batch.items.length;
    this.#context.report('measure', Math.min(this.#runs, this.#total), this.#total);
  }

  async result(warmup: number): Promise<Bench> {
    const [first, second] = this.#subjects as readonly [BenchSubject, BenchSubject?];
    const runs = Math.min(LAYER_RUNS, this.#runs);
    await this.#each(this.#first!, (subject, own) => subject.look(own, runs, this.#quiet));
    const ratios = second?.times.map((time, run) => time / first.times[run]!);
    return {
      ...first.result(),
      runs: this.#runs,
      warmup,
      batch: this.#first!.length,
      ...(this.#hasSamples ? { samples: this.#samples } : {}),
      ...(second === undefined ? {} : { against: second.result(), speedup: median(ratios!) }),
    };
  }

  async #each(
    batch: CheckedSample,
    body: (subject: BenchSubject, own: CheckedSample) => Promise<void>,
  ): Promise<void> {
    try {
      for (const subject of this.#subjects) await body(subject, subject.adopt(batch, this.#inputs));
    } catch (error) {
      const isOfSample = this.#hasSamples && error instanceof OctavoError && error.code !== 'ABORTED';
      throw isOfSample ? error.within({ sample: batch.name }) : error;
    }
  }
}

/** One batch, as often as it is wanted. */
async function* madeUp(
  inputs: readonly ValueInfo[],
  { runs = DEFAULT_RUNS, batch: wanted, shapes = {}, seed = 1 }: BenchOptions,
): AsyncGenerator<Drawn> {
  const { size } = batchRule(inputs, wanted);
  const open = inputs.filter(
    ({ name, dims }) => !Object.hasOwn(shapes, name) && typeof dims?.[0] !== 'number',
  );
  const completed = open.flatMap((input): [string, number[]][] => {
    const [first, ...rest] = chosenDims(input) ?? [];
    const isBatch = first !== undefined && rest.every((dim) => typeof dim === 'number');
    return isBatch ? [[input.name, [size, ...(rest as number[])]]] : [];
  });
  const types = inputTypes(inputs, { ...Object.fromEntries(completed), ...shapes });
  const feeds = [...types].map(
    ([name, { dtype, dims }], index) => [name, patternFeed(name, dtype, dims, seed + index)] as const,
  );
  const [length = 1, ...others] = new Set([...types.values()].map(({ dims }) => dims[0]));
  const batch = {
    name: 'made up',
    items: [''],
    numbers: [0],
    length: others.length > 0 ? 1 : length,
    feeds: new Map(feeds),
  };
  for (let run = 0; run < runs; run++) yield { batch, isNew: false };
}

/** The batches of the samples, as often as it takes. */
async function* given(
  inputs: readonly ValueInfo[],
  samples: Samples,
  { runs }: BenchOptions,
  context: RunContext,
): AsyncGenerator<Drawn> {
  let count = 0;
  for (let isNew = true; isNew || isRepeatable(samples); isNew = false) {
    for await (const batch of readSamples(samples, inputs, context)) {
      yield { batch, isNew };
      if (++count === runs) return;
    }
    if (runs === undefined) return;
  }
}

/** The same in groups that were read before the first of them is run. */
async function* ahead(batches: AsyncIterable<Drawn>): AsyncGenerator<Drawn[]> {
  let group: Drawn[] = [];
  let bytes = 0;
  for await (const drawn of batches) {
    group.push(drawn);
    for (const { data } of drawn.batch.feeds.values()) bytes += data.byteLength;
    if (bytes < AHEAD_BYTES) continue;
    yield group;
    [group, bytes] = [[], 0];
  }
  if (group.length > 0) yield group;
}
