// Which nodes run in integers on a target, and which values become codes. Decided from the graph alone, before any statistics:
//
//   products (Conv, Gemm, MatMul)     always
//   maps, joins, moves                between integer nodes only: their inputs come from some, and some read their result
//   tables (operators/tables.ts)      as maps, all nodes of one or none
//   Relu, Clip behind one of them     vanish in its codes
//
// Nodes are refused until nothing changes: each refusal may take away the neighbours that another one needs.

import type { GraphIndex } from '../../ir/graphIndex.js';
import { type Node, nodeIds } from '../../ir/model.js';
import { type Bounds, sameBounds } from './activations.js';
import { Groups } from './groups.js';
import { tableUses } from './operators/tables.js';
import type { IntegerUse } from './operators/use.js';
import type { Target } from './targets/target.js';

/** Why a node is to stay in float whatever the target can, or undefined. */
export type Refuse = (node: Node, id: string) => string | undefined;

const UNREAD = 'nothing that reads its result runs in integers';

/** A value that becomes codes. */
export interface CodesValue {
  /** What Relu or Clip leave of it. */
  readonly bounds: Bounds | undefined;
}

export interface Structure {
  readonly index: GraphIndex;
  readonly ids: readonly string[];
  /** Integer nodes by index. */
  readonly uses: ReadonlyMap<number, IntegerUse>;
  /** Relu and Clip that vanish, by index, with the index of the node they end. */
  readonly fused: ReadonlyMap<number, number>;
  /** Why the others stay in float. */
  readonly reasons: ReadonlyMap<number, string>;
  readonly codes: ReadonlyMap<string, CodesValue>;
  readonly groups: Groups;
  /** The values whose statistics tell the range of each group, by the value that stands for it. */
  readonly observed: ReadonlyMap<string, readonly string[]>;
}

export function structureOf(
  index: GraphIndex,
  bounds: ReadonlyMap<number, Bounds>,
  target: Target,
  refuse: Refuse,
): Structure {
  const draft = new Draft(index, bounds, target, refuse);
  draft.settle();
  return draft.finish();
}

class Draft {
  readonly #index: GraphIndex;
  readonly #nodes: readonly Node[];
  readonly #ids: readonly string[];
  readonly #bounds: ReadonlyMap<number, Bounds>;
  readonly #target: Target;
  readonly #uses = new Map<number, IntegerUse>();
  readonly #reasons = new Map<number, string>();

  constructor(index: GraphIndex, bounds: ReadonlyMap<number, Bounds>, target: Target, refuse: Refuse) {
    this.#index = index;
    this.#nodes = index.graph.nodes;
    this.#ids = nodeIds(index.graph);
    this.#bounds = bounds;
    this.#target = target;
    const tables = target.hasTables ? tableUses(index) : undefined;
    for (const [at, node] of this.#nodes.entries()) {
      const use = refuse(node, this.#ids[at]!) ?? tables?.get(at) ?? useOf(node, index, target);
      if (typeof use === 'string') this.#reasons.set(at, use);
      else this.#uses.set(at, use);
    }
  }

  settle(): void {
    for (let changed = true; changed; ) {
      changed = false;
      for (const [at, use] of this.#uses) {
        const reason = this.#fusedInto(at) === undefined ? this.#refusal(at, use) : undefined;
        if (reason === undefined) continue;
        this.#uses.delete(at);
        this.#reasons.set(at, reason);
        changed = true;
      }
    }
  }

  finish(): Structure {
    const fused = new Map<number, number>();
    const codes = this.#codes(fused);
    for (const at of fused.keys()) this.#uses.delete(at);
    const groups = this.#groups(codes);
    return {
      index: this.#index,
      ids: this.#ids,
      uses: this.#uses,
      fused,
      reasons: this.#reasons,
      codes,
      groups,
      observed: this.#observed(groups),
    };
  }

  #refusal(at: number, use: IntegerUse): string | undefined {
    if (use.kind === 'product') return undefined;
    const node = this.#nodes[at]!;
    for (const input of [...use.data, ...(use.inner ?? [])]) {
      const name = node.inputs[input]!;
      if (this.#index.constant(name) !== undefined && use.takesConstant) continue;
      if (this.#index.constant(name) !== undefined) return 'its input is constant';
      if (!this.#isMadeInIntegers(name)) return 'its input is made in float';
    }
    const isRead = (name: string): boolean => this.#isReadAsCodes(name) || this.#isReadInTable(name);
    return use.floatOutput || node.outputs.some(isRead) ? undefined : UNREAD;
  }

  #isMadeInIntegers(name: string): boolean {
    const maker = this.#index.maker(name);
    return maker !== undefined && this.#uses.has(maker);
  }

  /** The node that a Relu or Clip ends, if it vanishes in its codes. */
  #fusedInto(at: number): number | undefined {
    const name = this.#bounds.has(at) && this.#uses.has(at) ? this.#nodes[at]!.inputs[0]! : '';
    if (this.#index.onlyReader(name) === undefined) return undefined;
    const maker = this.#index.maker(name);
    const use = maker === undefined ? undefined : this.#uses.get(maker);
    if (use === undefined || this.#bounds.has(maker!) || this.#isReadInTable(name)) return undefined;
    if (use.kind === 'product') return maker;
    return use.kind === 'map' && this.#isReadAsCodes(this.#nodes[at]!.outputs[0]!) ? maker : undefined;
  }

  /** The Relu or Clip that vanishes in the codes of a value. */
  #fusedReader(name: string): number | undefined {
    const reader = this.#index.onlyReader(name);
    return reader !== undefined && this.#fusedInto(reader.index) !== undefined ? reader.index : undefined;
  }

  /** Whether an integer node reads the value, or what a vanishing Relu or Clip makes of it. */
  #isReadAsCodes(name: string): boolean {
    return this.#index.readers(name).some((at) => {
      const use = this.#uses.get(at);
      if (use === undefined || !use.data.some((input) => this.#nodes[at]!.inputs[input] === name))
        return false;
      if (!this.#bounds.has(at) || this.#index.onlyReader(name) === undefined) return true;
      return this.#isReadAsCodes(this.#nodes[at]!.outputs[0]!);
    });
  }

  /** Whether the value is between two nodes of a table. */
  #isReadInTable(name: string): boolean {
    const isInner = (at: number): boolean =>
      this.#uses.get(at)?.inner?.some((input) => this.#nodes[at]!.inputs[input] === name) === true;
    return this.#index.readers(name).some(isInner);
  }

  /** The values that become codes, in graph order. Fills `fused`. */
  #codes(fused: Map<number, number>): Map<string, CodesValue> {
    const codes = new Map<string, CodesValue>();
    const add = (name: string, bounds?: Bounds): void => {
      if (!codes.has(name)) codes.set(name, { bounds });
    };
    for (const [at, node] of this.#nodes.entries()) {
      const use = this.#uses.get(at);
      if (use === undefined || this.#fusedInto(at) !== undefined) continue;
      for (const input of use.data) {
        if (this.#index.constant(node.inputs[input]!) === undefined) add(node.inputs[input]!);
      }
      for (const name of node.outputs) {
        if (name === '' || !this.#endsInCodes(name, use)) continue;
        const reader = this.#fusedReader(name);
        if (reader === undefined) add(name, this.#bounds.get(at));
        else {
          fused.set(reader, at);
          add(this.#nodes[reader]!.outputs[0]!, this.#bounds.get(reader));
        }
      }
    }
    this.#explainUnfused(fused);
    return codes;
  }

  #endsInCodes(name: string, { floatOutput, kind }: IntegerUse): boolean {
    if (this.#isReadAsCodes(name)) return true;
    return this.#target.endsInCodes && !floatOutput && (kind === 'product' || kind === 'move');
  }

  /** A Relu behind a product that ends in float runs in float too. */
  #explainUnfused(fused: ReadonlyMap<number, number>): void {
    for (const at of this.#uses.keys()) {
      if (this.#fusedInto(at) !== undefined && !fused.has(at)) this.#reasons.set(at, UNREAD);
    }
    for (const at of this.#reasons.keys()) this.#uses.delete(at);
  }

  /** Unites what is of one scale, and hands bounds on to what is moved or joined. */
  #groups(codes: Map<string, CodesValue>): Groups {
    const groups = new Groups();
    for (const name of codes.keys()) groups.add(name);
    for (const at of this.#nodes.keys()) {
      const use = this.#uses.get(at);
      const { inputs, outputs } = this.#nodes[at]!;
      const data = (use?.data ?? []).map((input) => inputs[input]!);
      if (use?.kind === 'move') {
        for (const name of outputs) {
          if (name === '') continue;
          codes.set(name, codes.get(data[0]!)!);
          groups.union(data[0]!, name);
        }
      } else if (use?.kind === 'join' && this.#isBoundedAlike(data, codes)) {
        codes.set(outputs[0]!, codes.get(data[0]!)!);
        for (const name of data) {
          // One that somebody else reads keeps a scale of its own, made for all its readers.
          if (this.#index.onlyReader(name) !== undefined) groups.union(outputs[0]!, name);
        }
      }
    }
    return groups;
  }

  /** Codes of one scale must respect the bounds of all that have it. */
  #isBoundedAlike(names: readonly string[], codes: ReadonlyMap<string, CodesValue>): boolean {
    const bounds = codes.get(names[0]!)?.bounds;
    return names.every((name) => sameBounds(codes.get(name)?.bounds, bounds));
  }

  /** Of a group, the values whose ranges hold those of all others: not what a move makes of one, nor what a join joins. */
  #observed(groups: Groups): Map<string, string[]> {
    const covered = new Set<string>();
    for (const [at, { kind, data }] of this.#uses) {
      const { inputs, outputs } = this.#nodes[at]!;
      if (kind === 'move') for (const name of outputs) covered.add(name);
      if (kind !== 'join') continue;
      for (const input of data) {
        if (groups.find(inputs[input]!) === groups.find(outputs[0]!)) covered.add(inputs[input]!);
      }
    }
    const observed = new Map<string, string[]>();
    for (const name of groups.values()) {
      if (covered.has(name)) continue;
      const root = groups.find(name);
      const known = observed.get(root);
      if (known === undefined) observed.set(root, [name]);
      else known.push(name);
    }
    return observed;
  }
}

function useOf(node: Node, index: GraphIndex, target: Target): IntegerUse | string {
  const { domain, opType } = node;
  const rule =
    domain === '' && Object.hasOwn(target.operators, opType) ? target.operators[opType] : undefined;
  if (rule !== undefined) return rule(node, index);
  const known = domain === '' && Object.hasOwn(target.floats, opType) ? target.floats[opType] : undefined;
  return known ?? `${target.name} has no integer ${domain === '' ? opType : `${domain}.${opType}`}`;
}
