// onnxruntime behind a session, for models whose operators the executor lacks: the package is the user's own, found by
// name when a session asks for it or given as a module.

import type { RunContext } from '../context.js';
import type { CheckedFeed, Tensor, TensorArray } from '../data/tensor.js';
import { OctavoError } from '../errors.js';
import { abortable } from '../io/wait.js';
import type { DType } from '../ir/dtype.js';
import type { ValueInfo } from '../ir/model.js';
import type { OpenModel } from './open.js';
import type { Runner, RunnerRun } from './runner.js';

interface OrtTensor {
  readonly type: string;
  readonly dims: readonly number[];
  getData?(): Promise<unknown>;
  readonly data: unknown;
  dispose?(): void;
}

interface OrtSession {
  run(feeds: Record<string, OrtTensor>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** The part of onnxruntime-node and onnxruntime-web that is used here. */
export interface OnnxRuntime {
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => unknown;
  readonly InferenceSession: { create(model: Uint8Array, options?: never): Promise<unknown> };
}

interface Ort {
  readonly Tensor: new (type: string, data: ArrayBufferView, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> };
}

export class OrtRunner implements Runner {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** Its bits depend on the machine. */
  readonly precision = 'fast';
  readonly memory = undefined;
  readonly #ort: Ort;
  readonly #session: OrtSession;
  /** Settles when onnxruntime is done, also with a run that nobody waits for any more. */
  #busy: Promise<unknown> = Promise.resolve();

  private constructor(ort: Ort, session: OrtSession, { model }: OpenModel) {
    this.#ort = ort;
    this.#session = session;
    const { inputs, initializers, outputs } = model.graph;
    this.inputs = inputs.filter(({ name }) => !initializers.has(name));
    this.outputs = outputs;
  }

  /** Hands the whole model over; `opened` is closed then.
   *  @throws OctavoError `EXECUTOR_MISSING`, `EXECUTOR_FAILED`, `MEMORY_LIMIT` */
  static async create(
    name: 'onnxruntime-node' | 'onnxruntime-web',
    given: OnnxRuntime | undefined,
    opened: OpenModel,
    context: RunContext,
  ): Promise<OrtRunner> {
    const ort = (given ?? (await importRuntime(name))) as unknown as Ort;
    const bytes = await opened.readFile(context);
    const externalData = await Promise.all(
      [...opened.externalFiles].map(async ([path, read]) => ({ path, data: await read(context) })),
    );
    const options = externalData.length === 0 ? {} : { externalData };
    const creating = ort.InferenceSession.create(bytes, options).catch((cause: unknown) => {
      throw failed(`${name} refuses the model`, cause);
    });
    const session = await abortable(creating, context.signal, (late) => void late.release());
    const runner = new OrtRunner(ort, session, opened);
    await opened.close();
    return runner;
  }

  async run(
    feeds: ReadonlyMap<string, CheckedFeed>,
    { wanted }: RunnerRun,
    context: RunContext,
  ): Promise<Map<string, Tensor>> {
    await abortable(this.#busy, context.signal);
    const running = this.#call(feeds, [...wanted]).catch((cause: unknown) => {
      throw failed('the model cannot be run', cause);
    });
    this.#busy = running.catch(() => undefined);
    const outputs = await abortable(running, context.signal);
    return new Map([...wanted].map((name) => [name, outputs[name]!]));
  }

  async dispose(): Promise<void> {
    await this.#busy;
    await this.#session.release();
  }

  async #call(
    feeds: ReadonlyMap<string, CheckedFeed>,
    wanted: readonly string[],
  ): Promise<Record<string, Tensor>> {
    const tensors = [...feeds].map(([name, feed]) => [name, this.#toOrt(feed)] as const);
    const outputs = await this.#session.run(Object.fromEntries(tensors), wanted);
    const read = Object.entries(outputs).map(
      async ([name, tensor]) => [name, await fromOrt(tensor)] as const,
    );
    return Object.fromEntries(await Promise.all(read));
  }

  /** onnxruntime keeps float16 in the Float16Array of runtimes that have one, else in a Uint16Array. */
  #toOrt({ dtype, dims, data }: CheckedFeed): OrtTensor {
    if (dtype !== 'float16') return new this.#ort.Tensor(dtype, data, dims);
    const { Float16Array: Half } = globalThis as {
      Float16Array?: new (b: ArrayBuffer, o: number, n: number) => ArrayBufferView;
    };
    if (Half === undefined) return new this.#ort.Tensor(dtype, data, dims);
    const view = new Half(data.buffer as ArrayBuffer, data.byteOffset, data.length);
    return new this.#ort.Tensor(dtype, view, dims);
  }
}

async function fromOrt(tensor: OrtTensor): Promise<Tensor> {
  const data = tensor.getData === undefined ? tensor.data : await tensor.getData();
  if (!ArrayBuffer.isView(data)) {
    throw new OctavoError('UNSUPPORTED_DTYPE', `an output of type ${tensor.type} is no tensor of numbers`);
  }
  const dtype = tensor.type as DType;
  const array = data as TensorArray;
  const bits = dtype === 'float16' ? new Uint16Array(array.buffer, array.byteOffset, array.length) : array;
  return { dtype, dims: [...tensor.dims], data: bits };
}

async function importRuntime(name: string): Promise<unknown> {
  try {
    // By a variable: bundlers must not look for a package that most users do not have.
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (cause) {
    throw new OctavoError(
      'EXECUTOR_MISSING',
      `${name} cannot be imported here: install it, or give the module as option runtime`,
      { field: 'executor' },
      { cause },
    );
  }
}

function failed(message: string, cause: unknown): OctavoError {
  if (cause instanceof OctavoError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OctavoError('EXECUTOR_FAILED', `${message}: ${reason}`, {}, { cause });
}
