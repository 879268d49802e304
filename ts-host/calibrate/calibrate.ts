// The loop of calibration: samples through the float model in our executor, every named value counted where it lies.
// One sample is in memory at a time; what is kept does not grow with their number.

import { RunContext } from '../context.js';
import { countOf } from '../data/countOf.js';
import { type CheckedSample, readSamples } from '../data/readSamples.js';
import type { Samples, Wants } from '../data/sample.js';
import { OctavoError } from '../errors.js';
import { Executor } from '../execute/executor.js';
import type { Model } from '../ir/model.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { type CheckpointOptions, Checkpoints } from './checkpoint.js';
import { modelHash } from './modelHash.js';
import { Observer } from './observer.js';
import { SampleSet } from './sampleSet.js';
import { checkShard, isInShard, type Shard, shardSize, WHOLE } from './shard.js';
import { CalibrationStats } from './stats.js';
import { requireValuesOf } from './values.js';

export interface CalibrationOptions {
  /** The part of the samples to run. Default: all. */
  readonly shard?: Shard | undefined;
  /** Where to keep what was counted so far, and to go on from. */
  readonly checkpoint?: CheckpointOptions | undefined;
}

/** Statistics of values of a model over samples.
 *  @param model - the float model as it will be quantized: prepared
 *  @param names - values of its outermost graph, inputs too; those that are not float32 stay unseen
 *  @throws OctavoError `INVALID_ARGUMENT` for names and shards there are not; `NON_FINITE_ACTIVATION` naming value and
 *  sample; `UNSUPPORTED_DTYPE` for float16; `STATS_MISMATCH`, `STATS_INVALID` for a checkpoint; as the executor and
 *  readSamples; `ABORTED` within 50 ms */
export async function calibrateModel(
  model: Model,
  engine: ExecutionEngine,
  names: readonly string[],
  samples: Samples,
  options: CalibrationOptions,
  context: RunContext,
): Promise<CalibrationStats> {
  requireValuesOf(model.graph, names);
  const shard = checkShard(options.shard ?? WHOLE);
  const checkpoints = options.checkpoint && new Checkpoints(options.checkpoint, context.signal);
  const hash = await modelHash(model, context);
  const before = await checkpoints?.load();
  if (before !== undefined) requireFitting(before, hash, names, shard, options.checkpoint?.store.name);
  const run = new CalibrationRun(engine, names, hash, before);
  try {
    return await run.all(model, samples, shard, checkpoints, context);
  } finally {
    run.dispose();
  }
}

/** A checkpoint must be of this model, of these values and of nothing but this shard. */
function requireFitting(
  before: CalibrationStats,
  hash: Uint8Array,
  names: readonly string[],
  shard: Shard,
  file: string | undefined,
): void {
  const place = file === undefined ? {} : { file };
  try {
    before.requireModel(hash);
    before.requireValues(names);
  } catch (error) {
    throw error instanceof OctavoError ? error.within(place) : error;
  }
  const foreign = before.parts.samples.find((number) => !isInShard(shard, number));
  if (foreign === undefined) return;
  const message = `the checkpoint is of another shard: sample ${foreign} is not in ${shard.index}/${shard.count}`;
  throw new OctavoError('STATS_MISMATCH', message, place);
}

class CalibrationRun {
  readonly #engine: ExecutionEngine;
  readonly #names: readonly string[];
  readonly #hash: Uint8Array;
  readonly #observer: Observer;
  readonly #done: SampleSet;

  constructor(
    engine: ExecutionEngine,
    names: readonly string[],
    hash: Uint8Array,
    before: CalibrationStats | undefined,
  ) {
    this.#engine = engine;
    this.#names = names;
    this.#hash = hash;
    this.#observer = new Observer(engine, names, before?.parts.states);
    this.#done = before?.parts.samples.copy() ?? new SampleSet();
  }

  async all(
    model: Model,
    samples: Samples,
    shard: Shard,
    checkpoints: Checkpoints | undefined,
    context: RunContext,
  ): Promise<CalibrationStats> {
    const done = this.#done;
    const wants: Wants = (number) => isInShard(shard, number) && !done.has(number);
    const inner = quiet(context);
    const executor = await Executor.create(model, this.#engine, { watched: this.#names }, inner);
    try {
      const total = shardSize(shard, countOf(samples, executor.inputs));
      const report = () => context.report('calibrate', done.count, total);
      report();
      for await (const sample of readSamples(samples, executor.inputs, inner, wants)) {
        await this.#one(executor, sample, wants, inner);
        await checkpoints?.saveIfDue(done.count, () => this.#stats());
        report();
      }
    } finally {
      executor.dispose();
    }
    return this.#stats();
  }

  dispose(): void {
    this.#observer.dispose();
  }

  async #one(executor: Executor, sample: CheckedSample, wants: Wants, context: RunContext): Promise<void> {
    const { name, numbers, feeds } = sample;
    try {
      const watch = (watched: Parameters<Observer['see']>[0]) => this.#observer.see(watched, sample, wants);
      await executor.run(feeds, context, { watch, wanted: NOTHING });
    } catch (error) {
      if (!(error instanceof OctavoError) || error.code === 'ABORTED') throw error;
      throw error.within({ sample: name });
    }
    for (const number of numbers.filter(wants)) this.#done.add(number);
  }

  #stats(): CalibrationStats {
    const samples = this.#done.copy();
    return new CalibrationStats({ modelHash: this.#hash, samples, states: this.#observer.states() });
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** The caller's signal without the progress of each single run. */
function quiet(context: RunContext): RunContext {
  return new RunContext({
    signal: context.signal,
    onProgress: context.isObserved ? () => undefined : undefined,
  });
}
