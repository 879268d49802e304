// The executor behind a session: the model, an engine with a memory of its own, and the files the weights lie in.

import type { RunContext } from '../context.js';
import type { CheckedFeed, Tensor } from '../data/tensor.js';
import { Executor, type ProgramFacts } from '../execute/executor.js';
import type { NodeDecision } from '../execute/rewrite/fuseQuantized/decisions.js';
import type { IntegerMode } from '../execute/rewrite/index.js';
import { type PackedWeights, SavedPacks } from '../execute/savedPacks.js';
import type { TensorType } from '../execute/value.js';
import type { ValueInfo } from '../ir/model.js';
import type { ExecutionEngine, KernelChoice, Precision } from '../wasm/execution.js';
import { executionEngine } from '../wasm/load.js';
import type { OpenModel } from './open.js';
import type { Runner, RunnerRun, SessionMemory, SessionThreads } from './runner.js';

/** As of a session. */
export interface RunnerOptions {
  readonly precision?: Precision | undefined;
  readonly integers?: IntegerMode | undefined;
  readonly threads?: number | undefined;
  readonly packedWeights?: Uint8Array | undefined;
}

async function readPacks(
  bytes: Uint8Array,
  { model }: OpenModel,
  precision: Precision,
  context: RunContext,
): Promise<PackedWeights> {
  const { readPackedWeights } = await import('./packedWeights.js');
  return readPackedWeights(bytes, model, precision, context);
}

export class OctavoRunner implements Runner {
  readonly #opened: OpenModel;
  readonly #engine: ExecutionEngine;
  readonly #executor: Executor;

  readonly #saved: SavedPacks | undefined;

  private constructor(
    opened: OpenModel,
    engine: ExecutionEngine,
    executor: Executor,
    saved: SavedPacks | undefined,
  ) {
    this.#opened = opened;
    this.#engine = engine;
    this.#executor = executor;
    this.#saved = saved;
  }

  /** @param opened - stays open until {@link dispose}, for weights are read when they are needed */
  static async create(
    opened: OpenModel,
    { precision = 'strict', integers = 'fused', threads = 1, packedWeights: given }: RunnerOptions,
    context: RunContext,
  ): Promise<OctavoRunner> {
    const { limit, held } = context.budget;
    const engine = await executionEngine(precision, Math.max(0, limit - held), threads);
    try {
      context.throwIfAborted();
      const savedPacks = given && new SavedPacks();
      const executor = Executor.create(opened.model, engine, { integers, savedPacks }, context);
      // Hashing goes on beside, on another thread where the runtime has one for it.
      const packs = given && readPacks(given, opened, engine.precision, context);
      const [made, read] = await Promise.all([executor, packs]);
      if (read !== undefined) savedPacks?.load(read);
      return new OctavoRunner(opened, engine, made, savedPacks);
    } catch (error) {
      engine.threads.close();
      throw error;
    }
  }

  get engine(): ExecutionEngine {
    return this.#engine;
  }

  get inputs(): readonly ValueInfo[] {
    return this.#executor.inputs;
  }

  get outputs(): readonly ValueInfo[] {
    return this.#executor.outputs;
  }

  get precision(): Precision {
    return this.#engine.precision;
  }

  get nodes(): readonly NodeDecision[] {
    return this.#executor.decisions;
  }

  get threads(): SessionThreads {
    const { used, reason } = this.#engine.threads;
    return { used, ...(reason === undefined ? {} : { reason }) };
  }

  get kernels(): Readonly<Record<string, KernelChoice>> {
    const { products } = this.#engine;
    return products === undefined ? {} : { 'product-int': products.choice };
  }

  get savedPacks(): number | undefined {
    return this.#saved?.used;
  }

  async packedWeights(context: RunContext): Promise<Uint8Array> {
    const { writePackedWeights } = await import('./packedWeights.js');
    const packs = this.#executor.packedWeights();
    return writePackedWeights(packs, this.#opened.model, this.precision, context);
  }

  get memory(): SessionMemory {
    const { held, peak } = this.#engine.heap;
    return { held, peak };
  }

  run(
    feeds: ReadonlyMap<string, CheckedFeed>,
    options: RunnerRun,
    context: RunContext,
  ): Promise<Map<string, Tensor>> {
    return this.#executor.run(feeds, context, options);
  }

  describe(types: ReadonlyMap<string, TensorType>, context: RunContext): Promise<ProgramFacts> {
    return this.#executor.describe(types, context);
  }

  async dispose(): Promise<void> {
    this.#engine.threads.close();
    this.#executor.dispose();
    await this.#opened.close();
  }
}
