// The executor behind a session: the model, an engine with a memory of its own, and the files the weights lie in.

import type { RunContext } from '../context.js';
import type { CheckedFeed, Tensor } from '../data/tensor.js';
import { Executor, type ProgramFacts } from '../execute/executor.js';
import type { NodeDecision } from '../execute/rewrite/fuseQuantized/decisions.js';
import type { IntegerMode } from '../execute/rewrite/index.js';
import { SavedPacks } from '../execute/savedPacks.js';
import type { TensorType } from '../execute/value.js';
import type { ValueInfo } from '../ir/model.js';
import type { ExecutionEngine, KernelChoice, Precision } from '../wasm/execution.js';
import { executionEngine } from '../wasm/load.js';
import type { OpenModel, OpenPacked } from './open.js';
import type { Runner, RunnerRun, SessionMemory, SessionThreads } from './runner.js';

/** As of a session. */
export interface RunnerOptions {
  readonly precision?: Precision | undefined;
  readonly integers?: IntegerMode | undefined;
  readonly threads?: number | undefined;
}

export class OctavoRunner implements Runner {
  readonly #opened: OpenModel | OpenPacked;
  readonly #engine: ExecutionEngine;
  readonly #executor: Executor;
  readonly #saved: SavedPacks | undefined;

  private constructor(
    opened: OpenModel | OpenPacked,
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
    opened: OpenModel | OpenPacked,
    { precision = 'strict', integers = 'fused', threads = 1 }: RunnerOptions,
    context: RunContext,
  ): Promise<OctavoRunner> {
    const { limit, held } = context.budget;
    const engine = await executionEngine(precision, Math.max(0, limit - held), threads);
    try {
      context.throwIfAborted();
      if ('packed' in opened) {
        const { packed } = opened;
        packed.verify(engine);
        // Kernels of the other precision may want other bytes under the same key.
        const saved = new SavedPacks(packed.precision === engine.precision ? packed.packs : new Map());
        const executor = await Executor.ofPrepared(packed.prepared, engine, saved, packed.forms);
        return new OctavoRunner(opened, engine, executor, saved);
      }
      const executor = await Executor.create(opened.model, engine, { integers }, context);
      return new OctavoRunner(opened, engine, executor, undefined);
    } catch (error) {
      engine.threads.close();
      throw error;
    }
  }

  get engine(): ExecutionEngine {
    return this.#engine;
  }

  get executor(): Executor {
    return this.#executor;
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
