// The executor: a model and an engine, and feeds that become outputs. Everything public about running a model
// (api/session.ts) is a border around this.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { Breather } from '../io/breather.js';
import type { Model, ValueInfo } from '../ir/model.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { canonicalNaNs } from '../wasm/kernels/execute/nans.js';
import { chooseProducts } from '../wasm/productKernels.js';
import { Constants } from './constant.js';
import { asBytes, asElements } from './elements.js';
import { Frame } from './frame.js';
import { type GraphInput, RunnableGraph } from './graph.js';
import type { Elements } from './node.js';
import { type PreparedGraph, prepareGraph } from './prepare.js';
import { type PreparedModel, prepareModel } from './prepared.js';
import type { Observers, Program } from './program.js';
import { hasProducts } from './quantized/products.js';
import type { NodeDecision } from './rewrite/fuseQuantized/decisions.js';
import type { IntegerMode } from './rewrite/index.js';
import { RunState } from './runState.js';
import type { PackedBytes, SavedPacks } from './savedPacks.js';
import { bytesOf, describeType, sizeOf, type TensorType, type Value } from './value.js';

/** A tensor of the host. `data` holds the dtype's elements: float16 and bfloat16 as bits in a Uint16Array, bool and
 *  packed types as bytes. */
export interface HostTensor extends TensorType {
  readonly data: Elements;
}

export interface ExecutorOptions {
  /** Names of values that {@link ExecutorRun.watch} wants to see, inputs of the graph too. They are kept apart: nothing is
   *  fused over them. */
  readonly watched?: readonly string[] | undefined;
  /** Default `simulated`: every node as the model has it. */
  readonly integers?: IntegerMode | undefined;
}

/** `watch` is called for each watched value when it is made, for inputs before anything else. The tensor lies in the
 *  executor's memory and is gone afterwards. */
export interface ExecutorRun extends Observers {
  /** Names of the outputs to return. Default: all. */
  readonly wanted?: ReadonlySet<string> | undefined;
}

export interface NodeFacts {
  readonly id: string;
  readonly opType: string;
  readonly multiplyAdds: number;
  /** Names of what it makes. */
  readonly values: readonly string[];
  /** Types as they are computed: channels last where the program runs so. */
  readonly outputs: readonly TensorType[];
}

/** What a program needs: for inspection. */
export interface ProgramFacts {
  readonly arenaBytes: number;
  /** Least bytes any arena could have. */
  readonly largestLiveSet: number;
  /** Bytes of weights and packed weights held, all programs together, with whatever else lies in memory now. */
  readonly heldBytes: number;
  readonly multiplyAdds: number;
  /** Planned nodes by operator. */
  readonly nodes: readonly NodeFacts[];
  /** Nodes that are planned while the program runs. */
  readonly lateNodes: readonly string[];
}

export class Executor {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly #engine: ExecutionEngine;
  readonly #graph: RunnableGraph;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  /** How each node of a quantized model runs; none for a float model, and where integers are simulated. */
  readonly decisions: readonly NodeDecision[];
  readonly opsets: ReadonlyMap<string, number>;

  private constructor(
    { graph, decisions, opsets }: PreparedModel,
    engine: ExecutionEngine,
    watched: ReadonlySet<string>,
    saved: SavedPacks | undefined,
  ) {
    this.#engine = engine;
    this.decisions = decisions;
    this.opsets = opsets;
    const shared = { engine, constants: new Constants(engine, saved), opsets, watched };
    this.#graph = new RunnableGraph(shared, prepareGraph(graph, '', watched));
    this.inputs = graph.inputs;
    this.outputs = graph.outputs;
  }

  /** Makes a model ready to run. Weights are read when the first run compiles.
   *  @throws OctavoError `UNSUPPORTED_OP` naming all operators the executor lacks */
  static async create(
    model: Model,
    engine: ExecutionEngine,
    options: ExecutorOptions,
    context: RunContext,
  ): Promise<Executor> {
    const watched = new Set(options.watched);
    const prepared = await prepareModel(model, watched, options.integers ?? 'simulated', context);
    if (hasProducts(prepared.graph)) await chooseProducts(engine);
    return new Executor(prepared, engine, watched, undefined);
  }

  /** As {@link create}, of a model that was prepared before.
   *  @param saved - packs of an earlier executor
   *  @param forms - as of chooseProducts */
  static async ofPrepared(
    prepared: PreparedModel,
    engine: ExecutionEngine,
    saved: SavedPacks,
    forms: number,
  ): Promise<Executor> {
    if (hasProducts(prepared.graph)) await chooseProducts(engine, forms);
    return new Executor(prepared, engine, new Set(), saved);
  }

  /** Runs the model. Runs asked for at once follow one another.
   *  @param feeds - by input name; types as the model declares them
   *  @returns outputs by name
   *  @throws OctavoError `ABORTED`, `MEMORY_LIMIT`, or what a node says of its inputs; the executor stays usable */
  run(
    feeds: ReadonlyMap<string, HostTensor>,
    context: RunContext,
    options: ExecutorRun = {},
  ): Promise<Map<string, HostTensor>> {
    const work = () => this.#run(feeds, context, options);
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** What the program for feeds of these types needs, compiling it if it is not known yet. */
  describe(types: ReadonlyMap<string, TensorType>, context: RunContext): Promise<ProgramFacts> {
    const work = async (): Promise<ProgramFacts> => {
      this.#requireAlive();
      const inputs = this.#inputsOf(types, (type) => type);
      return factsOf(await this.#graph.program(inputs, new Map(), context), this.#engine);
    };
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** What it runs. */
  get prepared(): PreparedGraph {
    return this.#graph.prepared;
  }

  /** Where the packed weights lie that programs hold now, by name. They stay until the next run. */
  packs(): ReadonlyMap<string, PackedBytes> {
    const packs = new Map<string, PackedBytes>();
    for (const [name, bytes] of this.#graph.packs()) if (bytes !== undefined) packs.set(name, bytes);
    return packs;
  }

  /** Lets the memory go. */
  dispose(): void {
    this.#disposed = true;
    this.#graph.dispose();
  }

  #requireAlive(): void {
    if (this.#disposed) throw new OctavoError('INVALID_ARGUMENT', 'the executor was disposed');
  }

  async #run(
    feeds: ReadonlyMap<string, HostTensor>,
    context: RunContext,
    { wanted, ...observers }: ExecutorRun,
  ): Promise<Map<string, HostTensor>> {
    this.#requireAlive();
    context.throwIfAborted();
    const inputs = this.#inputsOf(feeds, hostInput);
    const frame = new Frame(this.#engine.heap);
    try {
      const state = new RunState(context);
      const values = await this.#graph.run(inputs, new Map(), frame, state, observers);
      const named = this.outputs.map(({ name }, index) => ({ name, value: values[index]! }));
      const asked = named.filter(({ name }) => wanted?.has(name) ?? true);
      const outputs = new Map<string, HostTensor>();
      for (const { name, value } of asked) outputs.set(name, await this.#copyOut(name, value, context));
      return outputs;
    } finally {
      frame.close();
    }
  }

  /** Feeds in the order of the graph's inputs. */
  #inputsOf<T, U>(feeds: ReadonlyMap<string, T>, convert: (feed: T, name: string) => U): U[] {
    for (const name of feeds.keys()) {
      if (this.inputs.some((input) => input.name === name)) continue;
      throw new OctavoError('INVALID_ARGUMENT', `the model has no input ${name}`, { tensor: name });
    }
    return this.inputs.map(({ name }) => {
      const feed = feeds.get(name);
      if (feed !== undefined) return convert(feed, name);
      throw new OctavoError('INVALID_ARGUMENT', `the input ${name} is not fed`, { tensor: name });
    });
  }

  async #copyOut(name: string, value: Value, context: RunContext): Promise<HostTensor> {
    if (value.kind !== 'tensor') {
      throw new OctavoError('UNSUPPORTED_DTYPE', `the output ${name} is a ${value.kind}, not a tensor`, {
        tensor: name,
      });
    }
    const { dtype, dims, address } = value;
    const { heap } = this.#engine;
    const bytes = new Uint8Array(bytesOf(value));
    const width = bytes.byteLength / Math.max(1, sizeOf(value));
    await Breather.of(context).move(bytes.byteLength, (start, end) => {
      canonicalNaNs(this.#engine, dtype, address + start, Math.floor((end - start) / width));
      bytes.set(heap.bytes.subarray(address + start, address + end), start);
    });
    return { dtype, dims, data: asElements(dtype, bytes) };
  }
}

function hostInput({ dtype, dims, data }: HostTensor, name: string): GraphInput {
  const bytes = asBytes(data);
  const type = { dtype, dims };
  if (bytes.byteLength !== bytesOf(type)) {
    throw new OctavoError('SHAPE_MISMATCH', `${describeType(type)} is fed with ${bytes.byteLength} bytes`, {
      tensor: name,
    });
  }
  return { type, bytes };
}

function factsOf(program: Program, engine: ExecutionEngine): ProgramFacts {
  const nodes = program.nodes.map(({ id, node, plan }) => ({
    id,
    opType: node.opType,
    multiplyAdds: plan.multiplyAdds ?? 0,
    values: node.outputs,
    outputs: plan.outputs,
  }));
  return {
    arenaBytes: program.arena.byteLength,
    largestLiveSet: program.arena.largestLiveSet,
    heldBytes: engine.heap.held,
    multiplyAdds: nodes.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0),
    nodes,
    lateNodes: program.late.map(({ prepared }) => prepared.id),
  };
}
