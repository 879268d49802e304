// A graph that runs: programs by the types of its inputs, the last few of them kept, and nested graphs beside it.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { Breather } from '../io/breather.js';
import type { Graph } from '../ir/model.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { Heap } from '../wasm/heap.js';
import { type CompileInput, compile } from './compile.js';
import type { Constant, Constants } from './constant.js';
import { Frame } from './frame.js';
import { type Entry, type Known, Scope } from './known.js';
import { knownOf, LateRunner, type NestedGraph, releaseEntry } from './late.js';
import { type PreparedGraph, type PreparedNode, prepareGraph } from './prepare.js';
import type { Observers, Program, Watch } from './program.js';
import type { RunState } from './runState.js';
import type { PackedBytes } from './savedPacks.js';
import { type Address, bytesOf, type TensorType, type TensorValue, type Value } from './value.js';

/** Programs kept for shapes seen before. */
const KEPT_PROGRAMS = 4;

/** What all graphs of one executor share. */
export interface Shared {
  readonly engine: ExecutionEngine;
  readonly constants: Constants;
  readonly opsets: ReadonlyMap<string, number>;
  readonly watched: ReadonlySet<string>;
}

/** An input of a run: bytes of the host, or a value in memory. */
export type GraphInput = { readonly type: TensorType; readonly bytes: Uint8Array } | Value;

export class RunnableGraph {
  readonly prepared: PreparedGraph;
  readonly #shared: Shared;
  readonly #programs = new Map<string, Program>();
  readonly #nested = new WeakMap<Graph, RunnableGraph>();
  /** Nested graphs that were run, to let go of their programs too. */
  readonly #ran = new Set<RunnableGraph>();

  constructor(shared: Shared, prepared: PreparedGraph) {
    this.#shared = shared;
    this.prepared = prepared;
  }

  /** The program for these types, compiled unless it is known. */
  async program(
    inputs: CompileInput['inputs'],
    outer: ReadonlyMap<string, Known>,
    context: RunContext,
  ): Promise<Program> {
    const input = { graph: this.prepared, inputs, outer, watched: this.#shared.watched };
    const key = keyOf(input);
    let program = this.#programs.get(key);
    // The last used is the last in the map.
    if (program !== undefined) this.#programs.delete(key);
    else {
      const { engine, constants, opsets } = this.#shared;
      program = await compile(engine, constants, opsets, input, context);
    }
    this.#programs.set(key, program);
    for (const [oldest, old] of this.#programs) {
      if (this.#programs.size <= KEPT_PROGRAMS) break;
      this.#programs.delete(oldest);
      old.holds.release();
    }
    return program;
  }

  /** Runs the graph. Its outputs lie in `frame`, in enclosing graphs or in constants.
   *  @param outer - values of the graphs around, by name */
  async run(
    inputs: readonly GraphInput[],
    outer: ReadonlyMap<string, Known>,
    frame: Frame,
    state: RunState,
    observers: Observers = {},
  ): Promise<Value[]> {
    const program = await this.program(inputs.map(compiledAs), outer, state.context);
    const { heap } = this.#shared.engine;
    const arena = heap.alloc(program.arena.byteLength, 'the arena');
    const own = new Frame(heap);
    try {
      program.base.address = arena;
      for (const [name, place] of program.outer) {
        const known = outer.get(name);
        if (known?.kind === 'tensor') place.address = known.place.address;
      }
      await this.#copyInputs(program, inputs, state.context);
      if (observers.watch !== undefined) this.#watchInputs(program, observers.watch);
      await state.run(program.steps(observers));
      return await this.#finish(program, own, frame, state, outer, observers);
    } finally {
      own.close();
      heap.free(arena);
    }
  }

  /** Where the packed weights of all programs lie, by name. A name that means several is left out. */
  packs(found = new Map<string, PackedBytes | undefined>()): ReadonlyMap<string, PackedBytes | undefined> {
    for (const program of this.#programs.values()) {
      for (const [name, bytes] of program.packs()) {
        const before = found.has(name) ? found.get(name) : bytes;
        found.set(name, before?.address === bytes.address ? bytes : undefined);
      }
    }
    for (const graph of this.#ran) graph.packs(found);
    return found;
  }

  /** Forgets all programs. */
  dispose(): void {
    for (const program of this.#programs.values()) program.holds.release();
    this.#programs.clear();
    for (const graph of this.#ran) graph.dispose();
  }

  async #copyInputs(program: Program, inputs: readonly GraphInput[], context: RunContext): Promise<void> {
    const { heap } = this.#shared.engine;
    const breather = Breather.of(context);
    for (const [index, input] of inputs.entries()) {
      const address = program.inputs[index]?.place.address;
      if (address === undefined) continue;
      if ('bytes' in input) {
        const { bytes } = input;
        await breather.move(bytes.byteLength, (start, end) =>
          heap.bytes.set(bytes.subarray(start, end), address + start),
        );
      } else if (input.kind === 'tensor') await moveBytes(heap, breather, input, address);
    }
  }

  /** Late nodes, then the outputs. */
  async #finish(
    program: Program,
    own: Frame,
    frame: Frame,
    state: RunState,
    outer: ReadonlyMap<string, Known>,
    observers: Observers,
  ): Promise<Value[]> {
    const { watch } = observers;
    const made = new Map<string, Entry>();
    const runner = new LateRunner(this.#shared, program.holds, own, state, (graph, inputs, scope, into) =>
      this.#runNested(runner, graph, inputs, scope, into, state, observers),
    );
    for (const { prepared, scope, lastReads } of program.late) {
      await timedVisit(observers, prepared, () => runner.visit(prepared, new RunScope(made, scope)));
      if (watch !== undefined) this.#watchLate(prepared.node.outputs, made, watch);
      for (const name of lastReads) {
        const entry = made.get(name);
        if (entry !== undefined) releaseEntry(own, entry);
        made.delete(name);
      }
    }
    const scope = new RunScope(made, program.scope);
    const values: Value[] = [];
    for (const { name } of this.prepared.graph.outputs) {
      const entry = scope.get(name);
      if (entry === undefined) {
        throw new OctavoError('GRAPH_INVALID', `nothing makes the output ${name}`, { tensor: name });
      }
      const known = await runner.natural(entry);
      values.push(await this.#hand(await runner.toValue(known), own, frame, outer, state.context));
    }
    return values;
  }

  /** A value for the caller: what lies in this run's own memory is copied or handed over. */
  async #hand(
    value: Value,
    own: Frame,
    frame: Frame,
    outer: ReadonlyMap<string, Known>,
    context: RunContext,
  ): Promise<Value> {
    if (value.kind === 'sequence') {
      const items: TensorValue[] = [];
      for (const item of value.items) {
        items.push((await this.#hand(item, own, frame, outer, context)) as TensorValue);
      }
      return { kind: 'sequence', items };
    }
    if (value.kind !== 'tensor') return value;
    if (own.owns(value.address)) {
      own.moveTo(frame, value.address);
      return value;
    }
    if (frame.owns(value.address) || isOuter(value.address, outer)) {
      frame.retain(value.address);
      return value;
    }
    // In the arena, which goes now; a constant, which goes with its program; or handed out before.
    const copy = frame.allocate(value);
    await moveBytes(this.#shared.engine.heap, Breather.of(context), value, copy.address);
    return copy;
  }

  /** Before any step: one may work in place. */
  #watchInputs({ inputs }: Program, watch: Watch): void {
    for (const [index, input] of inputs.entries()) {
      const { name } = this.prepared.graph.inputs[index]!;
      if (input === undefined || !this.#shared.watched.has(name)) continue;
      watch({ name, ...input.type, address: input.place.address, channelsLast: false });
    }
  }

  #watchLate(names: readonly string[], made: ReadonlyMap<string, Entry>, watch: Watch): void {
    for (const name of names) {
      const entry = made.get(name);
      const known = entry?.natural ?? entry?.channelsLast;
      if (!this.#shared.watched.has(name) || known?.kind !== 'tensor') continue;
      const channelsLast = entry?.natural === undefined;
      watch({ name, ...known.type, address: known.place.address, channelsLast });
    }
  }

  async #runNested(
    runner: LateRunner,
    { graph, path }: NestedGraph,
    inputs: readonly Value[],
    scope: Scope,
    frame: Frame,
    state: RunState,
    observers: Observers,
  ): Promise<readonly Value[]> {
    let nested = this.#nested.get(graph);
    if (nested === undefined) {
      nested = new RunnableGraph(this.#shared, prepareGraph(graph, path, this.#shared.watched));
      this.#nested.set(graph, nested);
      this.#ran.add(nested);
    }
    const outer = new Map<string, Known>();
    for (const name of nested.prepared.freeNames) {
      const entry = scope.get(name);
      if (entry === undefined) {
        throw new OctavoError('GRAPH_INVALID', `nothing makes the value ${name}`, { tensor: name });
      }
      outer.set(name, await runner.natural(entry));
    }
    const declared = nested.prepared.graph.inputs.length;
    if (inputs.length !== declared) {
      throw new OctavoError('GRAPH_INVALID', `the graph takes ${declared} inputs, not ${inputs.length}`);
    }
    return nested.run(inputs, outer, frame, state, observers);
  }
}

/** A node that is planned while the program runs: its planning is part of its time. */
async function timedVisit(
  { onNode }: Observers,
  { id, node }: PreparedNode,
  visit: () => Promise<void>,
): Promise<void> {
  const start = onNode === undefined ? 0 : performance.now();
  await visit();
  const { opType, domain } = node;
  const milliseconds = onNode === undefined ? 0 : performance.now() - start;
  onNode?.({ node: id, opType, domain, milliseconds, multiplyAdds: 0, outputs: [] });
}

/** Copies a tensor. */
function moveBytes(heap: Heap, breather: Breather, from: TensorValue, to: Address): Promise<void> {
  return breather.move(bytesOf(from), (start, end) =>
    heap.bytes.copyWithin(to + start, from.address + start, from.address + end),
  );
}

/** Values made by a run over those the compiler knows. */
class RunScope extends Scope {
  readonly #made: Map<string, Entry>;

  constructor(made: Map<string, Entry>, compiled: Scope) {
    super(compiled);
    this.#made = made;
  }

  override set(name: string, entry: Entry): void {
    if (name !== '') this.#made.set(name, entry);
  }

  override get(name: string): Entry | undefined {
    return this.#made.get(name) ?? super.get(name);
  }
}

function isOuter(address: number, outer: ReadonlyMap<string, Known>): boolean {
  return [...outer.values()].some((known) => known.kind === 'tensor' && known.place.address === address);
}

function compiledAs(input: GraphInput): CompileInput['inputs'][number] {
  if ('bytes' in input) return input.type;
  if (input.kind === 'tensor') return { dtype: input.dtype, dims: input.dims };
  return knownOf(input) as Extract<Known, { kind: 'other' }>;
}

const numbers = new WeakMap<object, number>();
let numbered = 0;

/** A number that tells objects apart. */
function numberOf(object: Constant | object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = ++numbered));
  return number;
}

/** What a program depends on. */
function keyOf({ inputs, outer }: CompileInput): string {
  const typeKey = (type: TensorType): string => `${type.dtype}[${type.dims.join()}]`;
  const parts = inputs.map((input) => ('kind' in input ? `#${numberOf(input.value)}` : typeKey(input)));
  for (const known of outer.values()) {
    if (known.kind === 'tensor') parts.push(typeKey(known.type));
    if (known.kind === 'constant') parts.push(`=${numberOf(known.constant)}`);
    if (known.kind === 'other') parts.push(`#${numberOf(known.value)}`);
  }
  return parts.join(' ');
}
