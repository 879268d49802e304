// Whatever is computed of one value, element by element, is a function from codes to codes: an engine that looks it up in a table
// needs no integer form of the operators. Several nodes are one table where nobody else wants what is between them:
//
//   x ─► Add 3 ─► Clip ─► Mul x ─► Div 6 ─► y        codes of x ─► table ─► codes of y
//
// Values between them are inner ones: they never become codes, and lose nothing.

import { isElementwise } from '../../../ir/elementwise.js';
import type { GraphIndex } from '../../../ir/graphIndex.js';
import { elementCount } from '../../../ir/tensor.js';
import type { IntegerUse } from './use.js';

/** Results that span orders of magnitude, which 8 bits do not: fine between others, but no codes. */
const WIDE = new Set('Exp Log Reciprocal Pow Sqrt Tan Sinh Cosh'.split(' '));
/** They vanish in the codes of what they follow, unless that is looked up itself. */
const BOUNDS = new Set(['Relu', 'Clip']);
/** Most nodes of the graph from the first of a table to its last: engines do not look further. */
const REACH = 16;

/** How the nodes that are tables, or parts of one, run in integers, by index. */
export function tableUses(index: GraphIndex): ReadonlyMap<number, IntegerUse> {
  const search = new TableSearch(index);
  while (search.narrow());
  return search.uses();
}

class TableSearch {
  readonly #index: GraphIndex;
  /** Names of the computed inputs of nodes that may be in a table. */
  readonly #nodes = new Map<number, readonly string[]>();
  readonly #inner = new Set<string>();

  /** Begins with as many and as large tables as can be. */
  constructor(index: GraphIndex) {
    this.#index = index;
    for (const at of index.graph.nodes.keys()) {
      const computed = this.#computedInputs(at);
      if (computed !== undefined) this.#nodes.set(at, computed);
    }
    for (const at of this.#nodes.keys()) {
      const name = this.#outputOf(at);
      if (!index.isOutput(name) && index.readers(name).length > 0) this.#inner.add(name);
    }
  }

  /** Takes out what cannot be; whether there was any: the next round may find more. */
  narrow(): boolean {
    const before = this.#nodes.size + this.#inner.size;
    const roots = this.#roots();
    for (const name of this.#inner) {
      const maker = this.#index.maker(name)!;
      const root = roots.get(maker);
      const isTogether = (at: number): boolean => roots.get(at) === root;
      if (!root || !this.#index.readers(name).every(isTogether)) this.#inner.delete(name);
    }
    for (const [at, root] of roots) if (root === null || this.#isWide(at)) this.#nodes.delete(at);
    if (this.#nodes.size + this.#inner.size < before) return true;
    for (const members of this.#tables()) {
      const ends = members.filter((at) => !this.#inner.has(this.#outputOf(at)));
      if (ends.length === 1 && members.at(-1)! - members[0]! < REACH) continue;
      for (const at of members) this.#inner.delete(this.#outputOf(at));
    }
    return this.#inner.size + this.#nodes.size < before;
  }

  uses(): ReadonlyMap<number, IntegerUse> {
    const uses = new Map<number, IntegerUse>();
    for (const [at, computed] of this.#nodes) {
      const { inputs } = this.#index.graph.nodes[at]!;
      const places = [...inputs.keys()].filter((input) => computed.includes(inputs[input]!));
      const isInner = (input: number): boolean => this.#inner.has(inputs[input]!);
      uses.set(at, {
        kind: 'map',
        data: places.filter((input) => !isInner(input)),
        inner: places.filter(isInner),
      });
    }
    return uses;
  }

  /** Undefined for a node that computes of anything but values and single numbers. */
  #computedInputs(at: number): readonly string[] | undefined {
    const node = this.#index.graph.nodes[at]!;
    if (!isElementwise(node)) return undefined;
    const given = node.inputs.filter((name) => name !== '');
    const constants = given.flatMap((name) => this.#index.constant(name) ?? []);
    if (constants.some(({ dtype, dims }) => dtype !== 'float32' || elementCount(dims) !== 1))
      return undefined;
    const computed = given.filter((name) => this.#index.constant(name) === undefined);
    if (computed.length === 0) return undefined;
    const maker = this.#index.maker(computed[0]!);
    const follows = maker !== undefined && this.#nodes.has(maker);
    return BOUNDS.has(node.opType) && !follows ? undefined : computed;
  }

  #outputOf(at: number): string {
    return this.#index.graph.nodes[at]!.outputs[0]!;
  }

  /** The one value that each node computes of, through inner ones: null where there are several, nothing behind such nodes. */
  #roots(): Map<number, string | null> {
    const roots = new Map<number, string | null>();
    for (const [at, computed] of this.#nodes) {
      const sources = computed.map((name) =>
        this.#inner.has(name) ? roots.get(this.#index.maker(name)!) : name,
      );
      const [first] = sources;
      if (sources.some((each) => !each)) continue;
      roots.set(at, sources.every((each) => each === first) ? first! : null);
    }
    return roots;
  }

  #isWide(at: number): boolean {
    return WIDE.has(this.#index.graph.nodes[at]!.opType) && !this.#inner.has(this.#outputOf(at));
  }

  /** Nodes that inner values connect, each list in graph order. */
  #tables(): Iterable<readonly number[]> {
    const tableOf = new Map<number, number[]>();
    for (const [at, computed] of this.#nodes) {
      const table = [at];
      for (const name of computed) {
        if (!this.#inner.has(name)) continue;
        const joined = tableOf.get(this.#index.maker(name)!)!;
        if (!table.includes(joined[0]!)) table.push(...joined);
      }
      table.sort((a, b) => a - b);
      for (const member of table) tableOf.set(member, table);
    }
    return new Set(tableOf.values());
  }
}
