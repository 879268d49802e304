// Session: a model made ready, to be run as often as wanted. Everything said by the caller is checked here; what runs
// the model is a Runner.

import { RunContext, type RunOptions } from '../context.js';
import { checkFeeds, type Tensor, type TensorInput } from '../data/tensor.js';
import { OctavoError } from '../errors.js';
import type { NodeTime } from '../execute/program.js';
import type { NodeDecision } from '../execute/rewrite/fuseQuantized/decisions.js';
import type { IntegerMode } from '../execute/rewrite/index.js';
import type { ExternalResolver } from '../io/external.js';
import { abortable } from '../io/wait.js';
import type { KernelChoice } from '../wasm/execution.js';
import { compileAhead } from '../wasm/load.js';
import { type ModelInput, openModel, openRunnable } from './open.js';
import type { OnnxRuntime } from './ortAdapter.js';
import type { Runner, SessionMemory, SessionThreads } from './runner.js';
import { type ValueMetadata, valueMetadata } from './valueMetadata.js';

/** What runs the model. `octavo` is the package's own executor. The others need that package, installed by you. */
export type ExecutorName = 'octavo' | 'onnxruntime-node' | 'onnxruntime-web';

export interface SessionOptions extends RunOptions {
  /** Where external data is, if the model has any. */
  readonly external?: ExternalResolver | undefined;
  /** `strict` (default): the same bits in every runtime and on every machine. `fast`: relaxed SIMD where the runtime has
   *  it; last bits then depend on the machine. */
  readonly precision?: 'strict' | 'fast' | undefined;
  /** How a model with QuantizeLinear and DequantizeLinear is computed. `fused` (default): in integers wherever there is an
   *  operator for it; a code may be one from that of `simulated`: node by node in float, as the model has it. */
  readonly integers?: IntegerMode | undefined;
  /** Threads that share each run, the caller's included. Default 1. More need `octavo/threads` or `octavo/node`, and in a page
   *  cross-origin isolation; {@link Session.diagnostics} tells how many there are and why. Results are the same bits. */
  readonly threads?: number | undefined;
  /** Default `octavo`. */
  readonly executor?: ExecutorName | undefined;
  /** The module that `executor` names, where it cannot be imported by name (bundled pages): `import * as ort …`. */
  readonly runtime?: OnnxRuntime | undefined;
}

export interface RunSessionOptions extends Pick<RunOptions, 'signal' | 'onProgress'> {
  /** Names of the outputs wanted. Default: all. */
  readonly outputs?: readonly string[] | undefined;
  /** Told how long each node took, behind the node; the other executors do not tell. */
  readonly onNode?: ((time: NodeTime) => void) | undefined;
}

/** What a session runs on, see {@link Session.diagnostics}. */
export interface SessionDiagnostics {
  readonly executor: ExecutorName;
  /** `strict` also where `fast` was asked for and the runtime has no relaxed SIMD. */
  readonly precision: 'strict' | 'fast';
  /** Absent where the executor does not tell. */
  readonly threads?: SessionThreads;
  /** Bytes of weights and values; absent where the executor does not tell. */
  readonly memory?: SessionMemory;
  /** Of a packed file: how many weights came from it as kernels want them. */
  readonly savedPacks?: number;
  /** How each node of a quantized model runs, in the model's order; absent for a float model, where integers are simulated,
   *  and for other executors. */
  readonly nodes?: readonly NodeDecision[];
  /** Which kernels serve integer products (`product-int`), and why; they are probed when a model has some. Results do not depend on it.
   *  Absent for other executors. */
  readonly kernels?: Readonly<Record<string, KernelChoice>>;
  /** How many of the nodes run in integers and in float. */
  readonly counts?: { readonly integer: number; readonly float: number };
}

const EXECUTORS: readonly ExecutorName[] = ['octavo', 'onnxruntime-node', 'onnxruntime-web'];

/** A model ready to run. Runs asked for at once follow one another.
 *  @example
 *  ```ts
 *  const session = await Session.create(modelBytes);
 *  const { logits } = await session.run({ image: { data: pixels, dims: [1, 3, 224, 224] } });
 *  console.log(logits.dims, logits.data);
 *  await session.dispose();
 *  ``` */
export class Session {
  /** What {@link run} must be fed. */
  readonly inputs: readonly ValueMetadata[];
  /** What it returns. */
  readonly outputs: readonly ValueMetadata[];
  readonly #executor: ExecutorName;
  readonly #runner: Runner;
  #last: Promise<unknown> = Promise.resolve();
  #disposal: Promise<void> | undefined;

  private constructor(executor: ExecutorName, runner: Runner) {
    this.#executor = executor;
    this.#runner = runner;
    this.inputs = runner.inputs.map(valueMetadata);
    this.outputs = runner.outputs.map(valueMetadata);
  }

  /** Opens a model, or a packed file (`octavo/pack`), which starts at once. Weights are read by the first run, so the input must
   *  stay readable until {@link dispose}.
   *  @throws OctavoError as the reader; `UNSUPPORTED_OP` naming every operator that is missing; `MEMORY_LIMIT`;
   *  `EXECUTOR_MISSING`, `EXECUTOR_FAILED` for other executors; as init() for what the runtime lacks. */
  static async create(source: ModelInput, options: SessionOptions = {}): Promise<Session> {
    const { executor = 'octavo', precision = 'strict', integers = 'fused' } = options;
    requireOneOf('executor', executor, EXECUTORS);
    requireOneOf('precision', precision, ['strict', 'fast']);
    requireOneOf('integers', integers, ['fused', 'simulated']);
    requireThreads(options.threads, executor);
    const context = new RunContext(options);
    if (executor !== 'octavo') return Session.#elsewhere(executor, source, options, context);
    beginLoading(precision);
    const opened = await openRunnable(source, { external: options.external, integers }, context);
    try {
      const { OctavoRunner } = await import('./octavoRunner.js');
      return new Session(executor, await OctavoRunner.create(opened, options, context));
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  static async #elsewhere(
    executor: Exclude<ExecutorName, 'octavo'>,
    source: ModelInput,
    options: SessionOptions,
    context: RunContext,
  ): Promise<Session> {
    const opened = await openModel(source, options, context);
    try {
      const { OrtRunner } = await import('./ortAdapter.js');
      return new Session(executor, await OrtRunner.create(executor, options.runtime, opened, context));
    } catch (error) {
      await opened.close();
      throw error;
    }
  }

  /** Runs the model.
   *  @param feeds - a tensor for each input, by name
   *  @returns outputs by name, in the model's order
   *  @throws OctavoError `FEED_INVALID`; `DISPOSED`; `ABORTED` within 50 ms; `MEMORY_LIMIT`; `SHAPE_MISMATCH`,
   *  `GRAPH_INVALID`, `UNSUPPORTED_DTYPE` naming the node. The session stays usable after every error but `DISPOSED`. */
  async run(
    feeds: Readonly<Record<string, TensorInput>>,
    options: RunSessionOptions = {},
  ): Promise<Record<string, Tensor>> {
    const { signal, onProgress, onNode } = options;
    const context = new RunContext({ signal, onProgress });
    this.#requireAlive();
    const wanted = this.#wanted(options.outputs);
    const checked = checkFeeds(feeds, this.#runner.inputs);
    const run = () => this.#runner.run(checked, { wanted, onNode }, context);
    return Object.fromEntries(await this.#inTurn(signal, run));
  }

  /** Does something when all that was asked for before is done. */
  async #inTurn<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#requireAlive();
    const turn = this.#last;
    let finish: () => void = () => undefined;
    const own = new Promise<void>((resolve) => (finish = resolve));
    this.#last = turn.then(() => own);
    try {
      await abortable(turn, signal);
      this.#requireAlive();
      return await work();
    } finally {
      finish();
    }
  }

  /** What the session runs on and the memory it holds. */
  diagnostics(): SessionDiagnostics {
    return diagnosticsOf(this.#executor, this.#runner);
  }

  /** Lets memory and files go, after the run that is going on; runs that wait end with `DISPOSED`. */
  dispose(): Promise<void> {
    this.#disposal ??= this.#last.then(() => this.#runner.dispose());
    return this.#disposal;
  }

  #requireAlive(): void {
    if (this.#disposal !== undefined) throw new OctavoError('DISPOSED', 'the session was disposed');
  }

  #wanted(names: readonly string[] | undefined): ReadonlySet<string> {
    const all = this.outputs.map(({ name }) => name);
    for (const name of names ?? []) {
      if (all.includes(name)) continue;
      const message = `the model has no output ${name}; its outputs are: ${all.join(', ')}`;
      throw new OctavoError('INVALID_ARGUMENT', message, { field: 'outputs' });
    }
    return new Set(names ?? all);
  }
}

/** What a runner is, as a session tells it. */
export function diagnosticsOf(
  executor: ExecutorName,
  { precision, threads, memory, kernels, savedPacks, nodes = [] }: Runner,
): SessionDiagnostics {
  const integer = nodes.filter(({ runs }) => runs === 'integer').length;
  return {
    executor,
    precision,
    ...(threads === undefined ? {} : { threads }),
    ...(memory === undefined ? {} : { memory }),
    ...(kernels === undefined ? {} : { kernels }),
    ...(savedPacks === undefined ? {} : { savedPacks }),
    ...(nodes.length === 0 ? {} : { nodes, counts: { integer, float: nodes.length - integer } }),
  };
}

/** Code and kernels are loaded while the model is read. What fails is told where they are needed. */
function beginLoading(precision: 'strict' | 'fast'): void {
  compileAhead(precision);
  import('./octavoRunner.js').catch(() => undefined);
}

const MOST_THREADS = 64;

/** @throws OctavoError `INVALID_ARGUMENT` */
export function requireThreads(threads = 1, executor: ExecutorName = 'octavo'): void {
  const place = { field: 'threads' };
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    const message = `threads must be a whole number from 1 to ${MOST_THREADS}, not ${String(threads)}`;
    throw new OctavoError('INVALID_ARGUMENT', message, place);
  }
  if (threads > 1 && executor !== 'octavo') {
    throw new OctavoError('INVALID_ARGUMENT', `${executor} has threads of its own: set them there`, place);
  }
}

function requireOneOf(field: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new OctavoError(
    'INVALID_ARGUMENT',
    `${field} must be ${allowed.join(' or ')}, not ${String(value)}`,
    {
      field,
    },
  );
}
