// A graph compiled for given types: planned nodes over one arena, and the nodes that are planned while it runs.

import type { RunContext } from '../context.js';
import { OctavoError } from '../errors.js';
import { Breather } from '../io/breather.js';
import type { Node } from '../ir/model.js';
import { type Constants, readBytes } from './constant.js';
import { Holds } from './holds.js';
import type { Known, Place, RunTensor, Scope } from './known.js';
import type { ArenaPlan, Slot } from './memoryPlan.js';
import type { Step } from './operator.js';
import type { PreparedNode } from './prepare.js';
import { type PackedBytes, packName } from './savedPacks.js';
import type { Address, TensorType } from './value.js';
import type { PlannedNode } from './walk.js';

/** Where the arena of a program lies now. */
export interface Base {
  address: Address;
}

/** A place in the arena. `slot` may become another's when an output takes over the memory of an input. */
export class ArenaPlace implements Place {
  slot: Slot;
  readonly base: Base;

  constructor(slot: Slot, base: Base) {
    this.slot = slot;
    this.base = base;
  }

  get address(): Address {
    return this.base.address + this.slot.offset;
  }
}

/** A place of the graph around this one; it may change from run to run. */
export class OuterPlace implements Place {
  address: Address = 0;
}

/** A planned node with its places. */
export interface CompiledNode extends PlannedNode {
  /** undefined for an output nobody wants. */
  readonly outputs: readonly (RunTensor | undefined)[];
  readonly scratch: ArenaPlace | undefined;
  /** Whether the outputs have channels last: for those who watch. */
  channelsLast: boolean;
}

/** A node planned while the program runs. */
export interface LateNode {
  readonly prepared: PreparedNode;
  readonly scope: Scope;
  /** Names that nobody reads after it. */
  readonly lastReads: readonly string[];
}

/** What a watcher sees of a tensor, in the executor's memory and only while it is called. */
export interface Watched extends TensorType {
  readonly name: string;
  readonly address: Address;
  /** Whether dims are [N, D…, C] where the model has [N, C, D…]. */
  readonly channelsLast: boolean;
}

export type Watch = (tensor: Watched) => void;

/** How long a node took in a run. */
export interface NodeTime {
  readonly node: string;
  readonly opType: string;
  readonly domain: string;
  readonly milliseconds: number;
  /** 0 where it counts none. */
  readonly multiplyAdds: number;
  /** Types of outputs as they are computed: channels last where the program runs so. */
  readonly outputs: readonly TensorType[];
}

/** Those who look on at a run. */
export interface Observers {
  readonly watch?: Watch | undefined;
  /** Called behind each node that has steps, and each that is planned while the program runs. */
  readonly onNode?: ((time: NodeTime) => void) | undefined;
}

export interface ProgramParts {
  readonly base: Base;
  readonly arena: ArenaPlan;
  readonly nodes: readonly CompiledNode[];
  readonly late: readonly LateNode[];
  readonly inputs: readonly (RunTensor | undefined)[];
  readonly outer: ReadonlyMap<string, OuterPlace>;
  readonly scope: Scope;
  readonly watched: ReadonlySet<string>;
  readonly holds: Holds;
}

export class Program implements ProgramParts {
  readonly base: Base;
  readonly arena: ArenaPlan;
  readonly nodes: readonly CompiledNode[];
  readonly late: readonly LateNode[];
  readonly inputs: readonly (RunTensor | undefined)[];
  readonly outer: ReadonlyMap<string, OuterPlace>;
  readonly scope: Scope;
  readonly watched: ReadonlySet<string>;
  readonly holds: Holds;
  #steps: readonly Step[] | undefined;
  #boundTo = '';
  #watch: Watch | undefined;

  constructor(parts: ProgramParts) {
    this.base = parts.base;
    this.arena = parts.arena;
    this.nodes = parts.nodes;
    this.late = parts.late;
    this.inputs = parts.inputs;
    this.outer = parts.outer;
    this.scope = parts.scope;
    this.watched = parts.watched;
    this.holds = parts.holds;
  }

  /** Makes the constants that its steps read lie in memory. */
  static async holdConstants(
    nodes: readonly CompiledNode[],
    constants: Constants,
    context: RunContext,
  ): Promise<Holds> {
    const holds = new Holds(constants);
    try {
      for (const node of nodes) {
        await Program.#holdFor(node, holds, context);
        await Breather.of(context).breathe();
      }
      return holds;
    } catch (error) {
      holds.release();
      throw error;
    }
  }

  /** @throws OctavoError that names the node */
  static async #holdFor(
    { id, reads, inputs, plan }: CompiledNode,
    holds: Holds,
    context: RunContext,
  ): Promise<void> {
    try {
      for (const index of reads) {
        const input = inputs[index];
        if (input?.kind === 'constant') await holds.hold(input.constant, context);
      }
      for (const pack of plan.packs ?? []) {
        const input = inputs[pack.input] as Extract<Known, { kind: 'constant' }>;
        await holds.holdPack(input.constant, pack, id, context);
      }
    } catch (error) {
      throw error instanceof OctavoError ? error.within({ node: id }) : error;
    }
  }

  /** Where its packed weights lie, by name: what of them is read. */
  *packs(): Generator<[string, PackedBytes]> {
    for (const { id, inputs, plan } of this.nodes) {
      for (const pack of plan.packs ?? []) {
        const { constant } = inputs[pack.input] as Extract<Known, { kind: 'constant' }>;
        const { address } = constant.packs.get(pack.key)!;
        yield [packName(id, pack), { address, byteLength: readBytes(pack, address) ?? pack.byteLength }];
      }
    }
  }

  /** The steps, for the places as they are now. */
  steps({ watch, onNode }: Observers): readonly Step[] {
    this.#watch = watch;
    if (onNode !== undefined) return this.nodes.flatMap((node) => timed(node, this.#bind(node), onNode));
    const places = [this.base, ...this.outer.values()].map(({ address }) => address).join(' ');
    if (this.#steps === undefined || this.#boundTo !== places) {
      this.#steps = this.nodes.flatMap((node) => this.#bind(node));
      this.#boundTo = places;
    }
    return this.#steps;
  }

  #bind(compiled: CompiledNode): readonly Step[] {
    const { plan, inputs, outputs, scratch } = compiled;
    const steps: Step[] = [];
    if (plan.alias === undefined) {
      const bound = plan.bind!({
        input: (index) => addressOf(inputs[index]!),
        output: (index) => outputs[index]?.place.address ?? 0,
        pack: (index) => {
          const pack = plan.packs![index]!;
          const { constant } = inputs[pack.input] as Extract<Known, { kind: 'constant' }>;
          return constant.packs.get(pack.key)!.address;
        },
        scratch: scratch?.address ?? 0,
      });
      steps.push(...(typeof bound === 'function' ? [bound] : bound));
    }
    steps.push(...this.#watchSteps(compiled.node, outputs, compiled.channelsLast));
    return steps;
  }

  #watchSteps(node: Node, outputs: readonly (RunTensor | undefined)[], channelsLast: boolean): Step[] {
    return outputs.flatMap((output, index) => {
      const name = node.outputs[index]!;
      if (output === undefined || !this.watched.has(name)) return [];
      const seen: Watched = { name, ...output.type, address: output.place.address, channelsLast };
      return [() => this.#watch?.(seen)];
    });
  }
}

/** Address of a value that a compiled node reads. */
export function addressOf(known: Known): Address {
  if (known.kind === 'tensor') return known.place.address;
  if (known.kind === 'constant' && known.constant.resident !== undefined) {
    return known.constant.resident.address;
  }
  throw new Error('a step reads a value without bytes');
}

/** The steps of a node, with a clock around each. */
function timed(
  { id, node, plan }: CompiledNode,
  steps: readonly Step[],
  onNode: NonNullable<Observers['onNode']>,
): Step[] {
  let milliseconds = 0;
  return steps.map((step, index) => () => {
    const start = performance.now();
    step();
    milliseconds += performance.now() - start;
    if (index < steps.length - 1) return;
    const { opType, domain } = node;
    const { multiplyAdds = 0, outputs } = plan;
    onNode({ node: id, opType, domain, milliseconds, multiplyAdds, outputs });
  });
}
