// From a prepared graph and the types of its inputs to a Program. Nodes whose types follow from types are planned here;
// the others, and all that depends on them, are left for the run.
//
//   walk ─► planned nodes over slots ─► in place where it may be ─► slots placed in the arena ─► constants held ─► Program

import type { RunContext } from '../context.js';
import { Breather } from '../io/breather.js';
import type { Graph, Node } from '../ir/model.js';
import { graphsOf } from '../ir/reads.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import type { Constants } from './constant.js';
import { asBytes, asElements } from './elements.js';
import { Evaluation } from './evaluation.js';
import { Frame } from './frame.js';
import {
  type Entry,
  givenConstant,
  type Known,
  LATE,
  type RunTensor,
  Scope,
  storedConstant,
} from './known.js';
import { Lowering } from './lowering.js';
import { placeSlots, type Slot } from './memoryPlan.js';
import type { EvaluatedOperator } from './operator.js';
import { type PreparedGraph, type PreparedNode, prepareGraph } from './prepare.js';
import { ArenaPlace, type Base, type CompiledNode, type LateNode, OuterPlace, Program } from './program.js';
import { RunState } from './runState.js';
import { bytesOf, type TensorType, type Value } from './value.js';
import type { PlannedNode } from './walk.js';

/** What a graph is compiled for. */
export interface CompileInput {
  readonly graph: PreparedGraph;
  /** By graph input: its type, or the value itself if it is no tensor. */
  readonly inputs: readonly (TensorType | Extract<Known, { kind: 'other' }>)[];
  /** What the graph takes from those around it. */
  readonly outer: ReadonlyMap<string, Known>;
  /** Names whose values somebody wants to see as they are made. */
  readonly watched: ReadonlySet<string>;
}

class Compiler extends Lowering {
  readonly plansLayout = true;
  readonly base: Base = { address: 0 };
  readonly nodes: CompiledNode[] = [];
  readonly late: { readonly prepared: PreparedNode; readonly scope: Scope }[] = [];

  protected override peek(): undefined {
    return undefined;
  }

  protected override putOff(prepared: PreparedNode, scope: Scope): void {
    this.late.push({ prepared, scope });
    for (const name of prepared.node.outputs) scope.set(name, { natural: LATE });
  }

  protected override place(planned: PlannedNode): Known[] {
    const { plan, node, inputs } = planned;
    if (plan.alias !== undefined) {
      const { place } = inputs[plan.alias] as RunTensor;
      const output: RunTensor = { kind: 'tensor', type: plan.outputs[0]!, place };
      this.nodes.push({ ...planned, outputs: [output], scratch: undefined, channelsLast: false });
      return [output];
    }
    const outputs = plan.outputs.map((type, index): RunTensor => {
      const wanted = (node.outputs[index] ?? '') !== '';
      return { kind: 'tensor', type, place: wanted ? this.newPlace(bytesOf(type)) : NOWHERE };
    });
    const scratch = plan.scratch === undefined ? undefined : this.newPlace(plan.scratch);
    const kept = outputs.map((output) => (output.place === NOWHERE ? undefined : output));
    this.nodes.push({ ...planned, outputs: kept, scratch, channelsLast: false });
    return outputs;
  }

  newPlace(byteLength: number): ArenaPlace {
    // Index 0 is before the first node: inputs are copied in then.
    const at = this.nodes.length + 1;
    return new ArenaPlace({ byteLength, first: at, last: at, offset: 0 }, this.base);
  }

  protected override async evaluate(
    prepared: PreparedNode,
    operator: EvaluatedOperator,
    scope: Scope,
  ): Promise<void> {
    const inputs: Known[] = [];
    for (const name of prepared.node.inputs) {
      if (name !== '') inputs.push(await this.natural(this.lookUp(prepared, name, scope)));
    }
    const constant = inputs.every((input) => input.kind === 'constant');
    if (constant && prepared.node.opType === 'If') return this.#inlineBranch(prepared, inputs[0]!, scope);
    if (!constant || graphsOf(prepared.node).length > 0) return this.putOff(prepared, scope);
    if (!(await this.#evaluateNow(prepared, operator, scope))) this.putOff(prepared, scope);
  }

  /** An If whose condition is known is its branch. */
  async #inlineBranch(prepared: PreparedNode, condition: Known, scope: Scope): Promise<void> {
    const chosen = Number((await this.elementsOf(condition))![0]) !== 0 ? 'then_branch' : 'else_branch';
    const attribute = prepared.node.attributes.get(chosen);
    if (attribute?.kind !== 'graph') return this.putOff(prepared, scope);
    const branch = prepareGraph(attribute.value, `${prepared.id}/${chosen}`);
    const inner = new Scope(scope);
    defineInitializers(inner, branch.graph);
    for (const node of branch.nodes) await this.visit(node, inner);
    for (const [index, { name }] of branch.graph.outputs.entries()) {
      const identity = { ...IDENTITY, inputs: [name], outputs: [prepared.node.outputs[index] ?? ''] };
      const copied = { node: identity, id: prepared.id, reads: [name] };
      await this.visit(copied, inner);
      scope.set(identity.outputs[0]!, this.lookUp(prepared, identity.outputs[0]!, inner));
    }
  }

  /** Runs an evaluated operator whose inputs are all constant; false if it makes values that are no tensors. */
  async #evaluateNow(prepared: PreparedNode, operator: EvaluatedOperator, scope: Scope): Promise<boolean> {
    const { heap } = this.engine;
    const frame = new Frame(heap);
    try {
      const values: (Value | undefined)[] = [];
      for (const name of prepared.node.inputs) {
        const known = name === '' ? undefined : scope.get(name)!.natural;
        if (known?.kind !== 'constant') values.push(undefined);
        else {
          const value = frame.allocate(known.constant.type);
          const elements = await this.constants.elements(known.constant, this.context);
          heap.bytes.set(asBytes(elements), value.address);
          values.push(value);
        }
      }
      const state = new RunState(this.context);
      const noGraphs = () => Promise.reject(new Error('no graph to run'));
      const evaluation = new Evaluation(prepared, this, values, frame, state, noGraphs);
      await operator.evaluate(evaluation);
      if (evaluation.outputs.some((value) => value !== undefined && value.kind !== 'tensor')) return false;
      for (const [index, name] of prepared.node.outputs.entries()) {
        const value = evaluation.outputs[index];
        if (name === '' || value?.kind !== 'tensor') continue;
        const { dtype, dims } = value;
        const elements = asElements(dtype, heap.copyOut(value.address, bytesOf(value)));
        scope.set(name, { natural: givenConstant({ dtype, dims }, elements) });
      }
      return true;
    } finally {
      frame.close();
    }
  }
}

const IDENTITY: Node = {
  name: '',
  opType: 'Identity',
  domain: '',
  inputs: [],
  outputs: [],
  attributes: new Map(),
};

const NOWHERE: RunTensor['place'] = { address: 0 };

/** Compiles `input.graph`. Its constants are held in memory; nothing else is. */
export async function compile(
  engine: ExecutionEngine,
  constants: Constants,
  opsets: ReadonlyMap<string, number>,
  input: CompileInput,
  context: RunContext,
): Promise<Program> {
  const compiler = new Compiler(engine, constants, opsets, context);
  const scope = new Scope();
  const outer = defineOuter(scope, input.outer);
  const inputs = defineInputs(compiler, scope, input);
  defineInitializers(scope, input.graph.graph);
  for (const node of input.graph.nodes) {
    await compiler.visit(node, scope);
    await Breather.of(context).breathe();
  }
  const kept = await keepForLater(compiler, scope, input.graph.graph);
  markChannelsLast(compiler, scope);
  const arena = placeSlots(planSlots(compiler, inputs, kept));
  const holds = await Program.holdConstants(compiler.nodes, constants, context);
  const late = withLastReads(compiler.late, input.graph.graph);
  const { base, nodes } = compiler;
  return new Program({ base, arena, nodes, late, inputs, outer, scope, watched: input.watched, holds });
}

function defineOuter(scope: Scope, outer: ReadonlyMap<string, Known>): Map<string, OuterPlace> {
  const places = new Map<string, OuterPlace>();
  for (const [name, known] of outer) {
    if (known.kind !== 'tensor') scope.set(name, { natural: known });
    else {
      const place = new OuterPlace();
      places.set(name, place);
      scope.set(name, { natural: { kind: 'tensor', type: known.type, place } });
    }
  }
  return places;
}

function defineInputs(
  compiler: Compiler,
  scope: Scope,
  { graph, inputs }: CompileInput,
): (RunTensor | undefined)[] {
  return inputs.map((input, index) => {
    const { name } = graph.graph.inputs[index]!;
    if ('kind' in input) {
      scope.set(name, { natural: input });
      return undefined;
    }
    const slot = { byteLength: bytesOf(input), first: 0, last: 0, offset: 0 };
    const known: RunTensor = { kind: 'tensor', type: input, place: new ArenaPlace(slot, compiler.base) };
    scope.set(name, { natural: known });
    return known;
  });
}

function defineInitializers(scope: Scope, graph: Graph): void {
  for (const [name, tensor] of graph.initializers) scope.set(name, { natural: storedConstant(tensor) });
}

/** Values that must be there when all planned nodes have run: outputs, and what late nodes read. In ONNX's order. */
async function keepForLater(compiler: Compiler, scope: Scope, graph: Graph): Promise<Known[]> {
  const wanted = new Set<Entry>();
  for (const { name } of graph.outputs) {
    const entry = scope.get(name);
    if (entry !== undefined) wanted.add(entry);
  }
  for (const late of compiler.late) {
    for (const name of late.prepared.reads) wanted.add(compiler.lookUp(late.prepared, name, late.scope));
  }
  const kept: Known[] = [];
  for (const entry of wanted) kept.push(await compiler.natural(entry));
  return kept;
}

/** Tells watchers the order of dims of what each node makes. */
function markChannelsLast(compiler: Compiler, scope: Scope): void {
  for (const node of compiler.nodes) {
    const entry = scope.get(node.node.outputs[0] ?? '');
    node.channelsLast = entry?.channelsLast !== undefined && entry.channelsLast === node.outputs[0];
  }
}

/** Slots with their lives, outputs merged into inputs where the operator may work in place. */
function planSlots(
  { nodes }: Compiler,
  inputs: readonly (RunTensor | undefined)[],
  kept: readonly Known[],
): Slot[] {
  const end = nodes.length + 1;
  const use = (known: Known | undefined, at: number): void => {
    if (known?.kind !== 'tensor' || !(known.place instanceof ArenaPlace)) return;
    known.place.slot.last = Math.max(known.place.slot.last, at);
  };
  for (const [index, { inputs: given, reads }] of nodes.entries()) {
    for (const read of reads) use(given[read], index + 1);
  }
  for (const known of kept) use(known, end);
  for (const [index, node] of nodes.entries()) mergeInPlace(node, index + 1);
  const places = [
    ...inputs.map((input) => input?.place),
    ...nodes.flatMap(({ outputs, scratch }) => [...outputs.map((output) => output?.place), scratch]),
  ];
  return [...new Set(places.flatMap((place) => (place instanceof ArenaPlace ? [place.slot] : [])))];
}

function mergeInPlace({ plan, inputs, outputs }: CompiledNode, at: number): void {
  const output = outputs[0]?.place;
  if (plan.alias !== undefined || !(output instanceof ArenaPlace)) return;
  for (const index of plan.inPlace ?? []) {
    const input = inputs[index];
    if (input?.kind !== 'tensor' || !(input.place instanceof ArenaPlace)) continue;
    const { slot } = input.place;
    if (slot === output.slot || slot.last !== at || slot.byteLength !== output.slot.byteLength) continue;
    slot.last = output.slot.last;
    output.slot = slot;
    return;
  }
}

/** For each late node, the names it reads last: their blocks are let go then. */
function withLastReads(late: readonly Omit<LateNode, 'lastReads'>[], graph: Graph): LateNode[] {
  const seen = new Set(graph.outputs.map(({ name }) => name));
  const nodes: LateNode[] = [];
  for (let index = late.length - 1; index >= 0; index--) {
    const { prepared, scope } = late[index]!;
    const names = [...prepared.reads, ...prepared.node.outputs];
    nodes.push({ prepared, scope, lastReads: names.filter((name) => name !== '' && !seen.has(name)) });
    for (const name of names) seen.add(name);
  }
  return nodes.reverse();
}
