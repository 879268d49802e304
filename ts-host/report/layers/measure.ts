// The two models run side by side over samples: sums of errors of every pair of values, and what the values look like.

import type { RunContext } from '../../context.js';
import type { CheckedSample } from '../../data/readSamples.js';
import { OctavoError } from '../../errors.js';
import { Executor } from '../../execute/executor.js';
import type { Watched } from '../../execute/program.js';
import type { ExecutionEngine } from '../../wasm/execution.js';
import { ERROR_SUMS, finishErrors } from '../../wasm/kernels/execute/errors.js';
import type { ErrorMeasures } from '../../wasm/kernels/measures.js';
import type { Merged, MergedPair } from './merge.js';
import { type Limits, Series, type SeriesResult } from './series.js';

/** What all runs tell of a pair. */
export interface Measured {
  readonly pair: MergedPair;
  readonly dims: readonly number[];
  readonly error: ErrorMeasures;
  readonly ownError: ErrorMeasures | null;
  readonly float: SeriesResult;
  readonly quantized: SeriesResult;
  /** Of each run, for outputs of the graph. */
  readonly rounds: readonly ErrorMeasures[];
}

export interface MeasureOptions {
  /** What codes of a value cut off, by its name in the float model. */
  readonly limits: ReadonlyMap<string, Limits>;
  /** Values whose error is wanted of each run. */
  readonly outputs: ReadonlySet<string>;
}

/** Sums of errors over runs. */
class Sums {
  readonly state = new Float64Array(ERROR_SUMS);
  count = 0;

  /** Adds what octavo.TensorErrors made; false where it could not compare. */
  add(sums: Float64Array): boolean {
    if (sums.length === 0) return false;
    const largest = ERROR_SUMS - 1;
    for (let i = 0; i < largest; i++) this.state[i]! += sums[i]!;
    this.state[largest] = Math.max(this.state[largest]!, sums[largest]!);
    this.count += sums[ERROR_SUMS]!;
    return true;
  }
}

class PairRun {
  readonly pair: MergedPair;
  readonly errors = new Sums();
  readonly ownErrors = new Sums();
  readonly float: Series;
  readonly quantized: Series;
  readonly rounds: ErrorMeasures[] = [];
  dims: readonly number[] = [];
  compared = true;

  constructor(engine: ExecutionEngine, pair: MergedPair, limits: Limits | undefined) {
    this.pair = pair;
    this.float = new Series(engine, limits);
    this.quantized = new Series(engine);
  }
}

export class Measuring {
  readonly #engine: ExecutionEngine;
  readonly #executor: Executor;
  readonly #runs: readonly PairRun[];
  readonly #watchers: ReadonlyMap<string, (seen: Watched) => void>;
  readonly #outputs: ReadonlySet<string>;
  #disposed = false;

  private constructor(
    engine: ExecutionEngine,
    executor: Executor,
    runs: readonly PairRun[],
    outputs: ReadonlySet<string>,
  ) {
    this.#engine = engine;
    this.#executor = executor;
    this.#runs = runs;
    this.#outputs = outputs;
    this.#watchers = watchersOf(runs);
  }

  static async create(
    engine: ExecutionEngine,
    { model, pairs }: Merged,
    { limits, outputs }: MeasureOptions,
    context: RunContext,
  ): Promise<Measuring> {
    const watched = [...new Set(pairs.flatMap(({ float, quantized }) => [float, quantized]))];
    const executor = await Executor.create(model, engine, { watched }, context);
    const runs = pairs.map((pair) => new PairRun(engine, pair, limits.get(pair.value)));
    return new Measuring(engine, executor, runs, outputs);
  }

  get inputs(): Executor['inputs'] {
    return this.#executor.inputs;
  }

  /** Runs both models on one sample. */
  async run({ name, feeds }: CheckedSample, context: RunContext): Promise<void> {
    const watch = (seen: Watched): void => this.#watchers.get(seen.name)?.(seen);
    try {
      const sums = await this.#executor.run(feeds, context, { watch });
      for (const run of this.#runs) this.#add(run, (output) => sums.get(output)!.data as Float64Array);
    } catch (error) {
      throw error instanceof OctavoError && error.code !== 'ABORTED' ? error.within({ sample: name }) : error;
    }
  }

  /** What the runs told; pairs that could not be compared are left out. */
  results(): Measured[] {
    return this.#runs.flatMap((run) => {
      if (!run.compared || run.errors.count === 0) return [];
      const { pair, dims, rounds, errors, ownErrors } = run;
      const error = finishErrors(this.#engine, errors.state, errors.count);
      const ownError =
        ownErrors.count === 0 ? null : finishErrors(this.#engine, ownErrors.state, ownErrors.count);
      const [float, quantized] = [run.float.result(), run.quantized.result()];
      return [{ pair, dims, rounds, error, ownError, float, quantized }];
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#executor.dispose();
    for (const { float, quantized } of this.#runs) {
      float.dispose();
      quantized.dispose();
    }
  }

  #add(run: PairRun, output: (name: string) => Float64Array): void {
    const { errors, ownErrors, value } = run.pair;
    const sums = output(errors);
    run.compared &&= run.errors.add(sums);
    if (ownErrors !== undefined) run.ownErrors.add(output(ownErrors));
    if (run.compared && this.#outputs.has(value)) {
      run.rounds.push(finishErrors(this.#engine, sums.slice(0, ERROR_SUMS), sums[ERROR_SUMS]!));
    }
  }
}

/** Who wants to see a value of the merged model. */
function watchersOf(runs: readonly PairRun[]): Map<string, (seen: Watched) => void> {
  const watchers = new Map<string, (seen: Watched) => void>();
  for (const run of runs) {
    const { float, quantized } = run.pair;
    const seeFloat = (seen: Watched): void => {
      if (seen.dtype !== 'float32') return;
      run.dims = naturalDims(seen);
      run.float.add(seen.address, seen);
    };
    const seeQuantized = (seen: Watched): void => {
      if (seen.dtype === 'float32') run.quantized.add(seen.address, seen);
    };
    if (float === quantized) {
      // An input that both models read as it is.
      watchers.set(float, (seen) => {
        seeFloat(seen);
        seeQuantized(seen);
      });
    } else {
      watchers.set(float, seeFloat);
      watchers.set(quantized, seeQuantized);
    }
  }
  return watchers;
}

function naturalDims({ dims, channelsLast }: Watched): readonly number[] {
  if (!channelsLast) return dims;
  return [dims[0]!, dims.at(-1)!, ...dims.slice(1, -1)];
}
