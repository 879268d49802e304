// The nodes whose types only a run tells: planned when their inputs are there, run at once, their outputs in blocks of
// the frame. The walk is the compiler's own; layout is not planned beyond what convolutions need.

import { OctavoError } from '../errors.js';
import type { Graph, Node } from '../ir/model.js';
import { asElements } from './elements.js';
import { Evaluation, type GraphRunner } from './evaluation.js';
import { type Frame, tensorsOf } from './frame.js';
import type { Holds } from './holds.js';
import type { Entry, Known, Place, RunTensor, Scope } from './known.js';
import { Lowering } from './lowering.js';
import type { Elements } from './node.js';
import type { EvaluatedOperator, Step } from './operator.js';
import type { PreparedNode } from './prepare.js';
import type { RunState } from './runState.js';
import { type Address, bytesOf, type Value } from './value.js';
import type { PlannedNode, Walk } from './walk.js';

/** Tensors that planning may read. Axes and shapes are far below. */
const PEEK_BYTES = 1 << 20;

/** A graph in an attribute of a node, and where: `node id/attribute`. */
export interface NestedGraph {
  readonly graph: Graph;
  readonly path: string;
}

/** Runs a graph nested in a node whose values `scope` sees; results are held by `frame`. */
export type NestedRunner = (
  graph: NestedGraph,
  inputs: readonly Value[],
  scope: Scope,
  frame: Frame,
) => Promise<readonly Value[]>;

export class LateRunner extends Lowering {
  readonly plansLayout = false;
  readonly #holds: Holds;
  readonly #frame: Frame;
  readonly #state: RunState;
  readonly #runNested: NestedRunner;
  /** Entries that belong to this run. */
  readonly #own = new WeakSet<Entry>();

  constructor(
    walk: Pick<Walk, 'engine' | 'constants' | 'opsets'>,
    holds: Holds,
    frame: Frame,
    state: RunState,
    runNested: NestedRunner,
  ) {
    super(walk.engine, walk.constants, walk.opsets, state.context);
    this.#holds = holds;
    this.#frame = frame;
    this.#state = state;
    this.#runNested = runNested;
  }

  protected override peek({ type, place }: RunTensor): Elements | undefined {
    const byteLength = bytesOf(type);
    if (byteLength > PEEK_BYTES) return undefined;
    return asElements(type.dtype, this.engine.heap.copyOut(place.address, byteLength));
  }

  /** As the compiler knows it, but copied: what a run adds to an entry goes with the run. */
  override lookUp(prepared: PreparedNode, name: string, scope: Scope): Entry {
    const entry = super.lookUp(prepared, name, scope);
    if (this.#own.has(entry)) return entry;
    const own = { ...entry };
    this.#own.add(own);
    scope.set(name, own);
    return own;
  }

  protected override share(entry: Entry): Entry {
    const own = { ...entry };
    for (const address of addressesOf(own)) this.#frame.retain(address);
    return own;
  }

  protected override putOff({ id, node }: PreparedNode): never {
    throw new OctavoError(
      'LIMIT_EXCEEDED',
      `${node.opType} needs the value of an input above 1 MiB to be planned`,
      {
        node: id,
      },
    );
  }

  protected override async place(planned: PlannedNode): Promise<Known[]> {
    const { plan, id, node, inputs, reads } = planned;
    if (plan.alias !== undefined) {
      const input = inputs[plan.alias] as RunTensor;
      this.#frame.retain(input.place.address);
      return [{ kind: 'tensor', type: plan.outputs[0]!, place: input.place }];
    }
    const addresses = new Map<number, Address>();
    for (const index of reads) addresses.set(index, await this.address(inputs[index]!));
    const packs: Address[] = [];
    for (const pack of plan.packs ?? []) {
      const { constant } = inputs[pack.input] as Extract<Known, { kind: 'constant' }>;
      packs.push(await this.#holds.holdPack(constant, pack, id, this.context));
    }
    const wanted = plan.outputs.map((_, index) => (node.outputs[index] ?? '') !== '');
    const outputs = plan.outputs.map((type, index) =>
      wanted[index] ? this.#frame.allocate(type) : undefined,
    );
    const scratch = plan.scratch === undefined ? 0 : this.engine.heap.alloc(plan.scratch, 'scratch');
    try {
      const bound = plan.bind!({
        input: (index) => addresses.get(index)!,
        output: (index) => outputs[index]?.address ?? 0,
        pack: (index) => packs[index]!,
        scratch,
      });
      const steps: readonly Step[] = typeof bound === 'function' ? [bound] : bound;
      await this.#state.run(steps);
    } finally {
      if (scratch !== 0) this.engine.heap.free(scratch);
    }
    return plan.outputs.map((type, index) => ({
      kind: 'tensor',
      type,
      place: outputs[index] ?? NOWHERE,
    }));
  }

  /** Address of a value's bytes. */
  async address(known: Known): Promise<Address> {
    if (known.kind === 'tensor') return known.place.address;
    if (known.kind === 'constant') return this.#holds.hold(known.constant, this.context);
    throw new Error('a value without bytes was read');
  }

  /** As operators that are evaluated get it. */
  async toValue(known: Known): Promise<Value> {
    if (known.kind === 'tensor') return { kind: 'tensor', ...known.type, address: known.place.address };
    if (known.kind === 'constant') {
      return { kind: 'tensor', ...known.constant.type, address: await this.address(known) };
    }
    if (known.kind === 'other') return known.value;
    throw new Error('a value was used before it was made');
  }

  protected override async evaluate(
    prepared: PreparedNode,
    operator: EvaluatedOperator,
    scope: Scope,
  ): Promise<void> {
    const { node, id } = prepared;
    const values: (Value | undefined)[] = [];
    for (const name of node.inputs) {
      const entry = name === '' ? undefined : this.lookUp(prepared, name, scope);
      values.push(entry && (await this.toValue(await this.natural(entry))));
    }
    const runGraph: GraphRunner = (graph, inputs, frame) =>
      this.#runNested({ graph, path: `${id}/${attributeOf(node, graph)}` }, inputs, scope, frame);
    const evaluation = new Evaluation(prepared, this, values, this.#frame, this.#state, runGraph);
    await operator.evaluate(evaluation);
    for (const [index, name] of node.outputs.entries()) {
      if (name === '') continue;
      const value = evaluation.outputs[index];
      if (value === undefined) {
        throw new OctavoError('GRAPH_INVALID', `${node.opType} has no output ${index}`, { node: id });
      }
      scope.set(name, { natural: knownOf(value) });
    }
    evaluation.end();
  }
}

const NOWHERE: Place = { address: 0 };

/** A value that lies in memory already. */
export function knownOf(value: Value): Known {
  if (value.kind !== 'tensor') return { kind: 'other', value };
  const { dtype, dims, address } = value;
  return { kind: 'tensor', type: { dtype, dims }, place: { address } };
}

/** Lets go of the blocks behind an entry. */
export function releaseEntry(frame: Frame, entry: Entry): void {
  for (const address of addressesOf(entry)) frame.release(address);
}

/** Addresses of an entry's tensors: each once, though both orders may be one tensor, but every item of a sequence. */
function addressesOf({ natural, channelsLast }: Entry): Address[] {
  if (natural?.kind === 'other') return tensorsOf(natural.value).map(({ address }) => address);
  const tensors = [natural, channelsLast].flatMap((known) => (known?.kind === 'tensor' ? [known] : []));
  return [...new Set(tensors.map(({ place }) => place.address))];
}

/** The attribute of `node` that holds `graph`. */
function attributeOf(node: Node, graph: Graph): string {
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'graph' && attribute.value === graph) return name;
  }
  return '';
}
