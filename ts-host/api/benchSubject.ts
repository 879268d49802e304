// One of the models that are measured: opened, run on batches under a clock, and asked where its time goes.

import type { RunContext } from '../context.js';
import type { CheckedSample } from '../data/readSamples.js';
import { checkFeeds, type Tensor } from '../data/tensor.js';
import type { ProgramFacts } from '../execute/executor.js';
import type { ExternalResolver } from '../io/external.js';
import type { ValueInfo } from '../ir/model.js';
import { gopsOf, type LayerTime, LayerTimer } from '../report/bench/layers.js';
import { median, type Timing, timingOf } from '../report/bench/timing.js';
import { type Accuracy, TopClasses } from '../report/bench/topClasses.js';
import { partners } from '../report/compare/compare.js';
import type { LabelFinder } from '../report/compare/labels.js';
import { OctavoRunner } from './octavoRunner.js';
import { type ModelInput, openModel } from './open.js';
import { diagnosticsOf, type SessionDiagnostics } from './session.js';

/** Bytes that running a model takes. */
export interface BenchMemory {
  /** The block that all values of a run lie in. */
  readonly arenaBytes: number;
  /** Least bytes any arena could have. */
  readonly largestLiveSet: number;
  /** Weights and packed weights. */
  readonly weightBytes: number;
  /** Most held at one time, while the model was made ready included. */
  readonly peakBytes: number;
}

/** What was measured of a model. */
export interface ModelBench extends Timing {
  /** Of the median run by time for an item: batches may be of several lengths, the last one shorter. */
  readonly itemsPerSecond: number;
  /** From opening the model to the first result, compiling and packing of weights included. */
  readonly firstMs: number;
  readonly multiplyAdds: number;
  /** 10^9 operations a second of a median run, a multiply-add being two. */
  readonly gops: number;
  readonly memory: BenchMemory;
  readonly layers: readonly LayerTime[];
  /** With labels. */
  readonly accuracy?: Accuracy;
  readonly diagnostics: SessionDiagnostics;
}

export interface SubjectOptions {
  readonly external: ExternalResolver | undefined;
  readonly precision: 'strict' | 'fast';
  readonly threads: number;
  readonly labels: LabelFinder | undefined;
  now(): number;
}

export class BenchSubject {
  readonly #runner: OctavoRunner;
  readonly #now: () => number;
  readonly #wanted: ReadonlySet<string>;
  readonly #classes: TopClasses | undefined;
  readonly #times: number[] = [];
  /** Times by the items of the batch. */
  readonly #itemTimes: number[] = [];
  #firstMs: number;
  #layers: readonly LayerTime[] = [];
  #facts: ProgramFacts | undefined;

  private constructor(runner: OctavoRunner, openMs: number, { labels, now }: SubjectOptions) {
    this.#runner = runner;
    this.#now = now;
    this.#firstMs = openMs;
    this.#wanted = new Set(runner.outputs.map(({ name }) => name));
    this.#classes = labels && new TopClasses(runner.engine, labels);
  }

  /** @throws OctavoError as Session.create */
  static async open(source: ModelInput, options: SubjectOptions, context: RunContext): Promise<BenchSubject> {
    const begun = options.now();
    const opened = await openModel(source, { external: options.external }, context);
    try {
      const runner = await OctavoRunner.create(opened, options, context);
      return new BenchSubject(runner, options.now() - begun, options);
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  get inputs(): readonly ValueInfo[] {
    return this.#runner.inputs;
  }

  /** Of the runs that count, in order. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** The batch for this model's inputs, whose names may be others than those of the model it is compared with.
   *  @throws OctavoError `INVALID_ARGUMENT`, `FEED_INVALID` */
  adopt(batch: CheckedSample, from: readonly ValueInfo[]): CheckedSample {
    if (from === this.inputs) return batch;
    const names = partners('input', from, this.inputs);
    const feeds = Object.fromEntries([...batch.feeds].map(([name, feed]) => [names.get(name)!, feed]));
    return { ...batch, feeds: checkFeeds(feeds, this.inputs) };
  }

  /** The run that compiles and packs. */
  async first(batch: CheckedSample, context: RunContext): Promise<void> {
    const begun = this.#now();
    await this.run(batch, context);
    this.#firstMs += this.#now() - begun;
  }

  run({ feeds }: CheckedSample, context: RunContext, timer?: LayerTimer): Promise<Map<string, Tensor>> {
    return this.#runner.run(feeds, { wanted: this.#wanted, onNode: timer?.onNode }, context);
  }

  /** A run that counts; with `judged` the labels of the batch count too. */
  async measure(batch: CheckedSample, judged: boolean, context: RunContext): Promise<void> {
    const begun = this.#now();
    const outputs = await this.run(batch, context);
    const time = this.#now() - begun;
    this.#times.push(time);
    this.#itemTimes.push(time / batch.length);
    if (judged) this.#classes?.add(outputs, batch);
  }

  /** Runs with a look at the clock around every step, and what the program of this batch needs. */
  async look(batch: CheckedSample, runs: number, context: RunContext): Promise<void> {
    const timer = new LayerTimer();
    for (let run = 0; run < runs; run++) {
      timer.begin();
      await this.run(batch, context, timer);
    }
    const types = [...batch.feeds].map(([name, { dtype, dims }]) => [name, { dtype, dims }] as const);
    this.#facts = await this.#runner.describe(new Map(types), context);
    this.#layers = timer.layers();
  }

  /** After {@link measure} and {@link look}. */
  result(): ModelBench {
    const timing = timingOf(this.#times);
    const { multiplyAdds, arenaBytes, largestLiveSet, heldBytes } = this.#facts!;
    const accuracy = this.#classes?.result();
    return {
      ...timing,
      itemsPerSecond: 1000 / median(this.#itemTimes),
      firstMs: this.#firstMs,
      multiplyAdds,
      gops: gopsOf(multiplyAdds, timing.medianMs),
      memory: {
        arenaBytes,
        largestLiveSet,
        weightBytes: heldBytes,
        peakBytes: this.#runner.memory.peak,
      },
      layers: this.#layers,
      ...(accuracy === undefined ? {} : { accuracy }),
      diagnostics: diagnosticsOf('octavo', this.#runner),
    };
  }

  async close(): Promise<void> {
    await this.#runner.dispose();
  }
}
