// Two models as one graph, in which every pair of twins is compared as soon as both are there. Values live only as long as
// somebody reads them, so what is held at once is what the two models need at this point, and never all activations.
//
//   float model        x ─► A1 ─► a ─► A2 ─► b ...
//                            │         │   errors(a, a'), errors(b, b')
//   quantized model    x ─► B1 ─► a' ─► B2 ─► b' ...
//
//   each layer alone   a ─► B2 ─► b''      errors(b, b''): what B2 adds by itself, its inputs being as in the float model

import { OWN_DOMAIN } from '../../execute/operators/tensorErrors.js';
import { type Graph, type Model, type Node, nodeIds } from '../../ir/model.js';
import { namesRead } from '../../ir/reads.js';
import { coneOf } from './cone.js';
import { Links } from './links.js';
import { type Renaming, renameNode } from './rename.js';
import type { Twin } from './twins.js';

/** A compared pair in the merged model. */
export interface MergedPair extends Twin {
  /** Names there. */
  readonly float: string;
  readonly quantized: string;
  /** Outputs of the merged model: sums as octavo.TensorErrors makes them. */
  readonly errors: string;
  /** Of the layer alone; absent where it was not asked for, and for inputs. */
  readonly ownErrors?: string;
}

export interface Merged {
  readonly model: Model;
  readonly pairs: readonly MergedPair[];
}

/** @param float, quantized - of one opset, without functions
 *  @param alone - whether each layer is run by itself too */
export function mergeModels(
  float: Model,
  quantized: Model,
  twins: readonly Twin[],
  { alone }: { readonly alone: boolean },
): Merged {
  const merger = new Merger(float.graph, quantized.graph, twins);
  const pairs = merger.merge(alone);
  const opsets = new Map([...float.opsets, ...quantized.opsets]);
  return { model: { ...float, graph: merger.graph(pairs), opsets, functions: [] }, pairs };
}

class Merger {
  readonly #float: Graph;
  readonly #links: Links;
  readonly #ids: readonly string[];
  readonly #twins: readonly Twin[];
  readonly #nodes: Node[] = [];
  readonly #done = new Set<number>();
  readonly #doneAlone = new Set<number>();
  /** The float model's value for each twin, by the quantized model's name. */
  readonly #exact: ReadonlyMap<string, string>;
  readonly #prefixes: Prefixes;

  constructor(float: Graph, quantized: Graph, twins: readonly Twin[]) {
    this.#float = float;
    this.#links = new Links(quantized);
    this.#ids = nodeIds(quantized);
    this.#twins = twins;
    this.#exact = new Map(twins.map(({ value, twin }) => [twin, value]));
    this.#prefixes = freePrefixes(float);
  }

  merge(alone: boolean): MergedPair[] {
    const byMaker = new Map<number, Twin[]>();
    const links = new Links(this.#float);
    for (const twin of this.#twins) {
      const at = links.makerIndex(twin.value) ?? -1;
      byMaker.set(at, [...(byMaker.get(at) ?? []), twin]);
    }
    const ids = nodeIds(this.#float);
    const pairs: MergedPair[] = [];
    const compare = (at: number): void => {
      for (const twin of byMaker.get(at) ?? []) pairs.push(this.#compare(twin, alone && at >= 0));
    };
    compare(-1);
    for (const [index, node] of this.#float.nodes.entries()) {
      this.#nodes.push({ ...node, name: ids[index]! });
      compare(index);
    }
    return pairs;
  }

  graph(pairs: readonly MergedPair[]): Graph {
    const initializers = new Map(this.#float.initializers);
    for (const [name, tensor] of this.#links.graph.initializers)
      initializers.set(this.#quantizedName(name), tensor);
    const outputs = pairs.flatMap(({ errors, ownErrors }) =>
      ownErrors === undefined ? [errors] : [errors, ownErrors],
    );
    return {
      name: this.#float.name,
      nodes: this.#nodes,
      initializers,
      inputs: this.#float.inputs,
      outputs: outputs.map((name) => ({ name })),
      valueInfos: [],
    };
  }

  #compare(pair: Twin, alone: boolean): MergedPair {
    const { value, twin } = pair;
    this.#emitQuantized(this.#missing(twin));
    const quantized = this.#quantizedName(twin);
    const errors = this.#measure(value, quantized, 'errors');
    if (!alone) return { ...pair, float: value, quantized, errors };
    this.#emitAlone(this.#missingAlone(twin));
    const ownErrors = this.#measure(value, this.#prefixes.alone + twin, 'ownErrors');
    return { ...pair, float: value, quantized, errors, ownErrors };
  }

  #measure(value: string, other: string, kind: 'errors' | 'ownErrors'): string {
    const output = this.#prefixes[kind] + value;
    this.#nodes.push({
      name: `${kind} of ${value}`,
      opType: 'TensorErrors',
      domain: OWN_DOMAIN,
      inputs: [value, other],
      outputs: [output],
      attributes: new Map(),
    });
    return output;
  }

  #emitQuantized(indices: readonly number[]): void {
    for (const index of indices) {
      const node = this.#links.graph.nodes[index]!;
      this.#nodes.push(renameNode(node, `${this.#ids[index]} (quantized)`, this.#quantizedName));
    }
  }

  #emitAlone(indices: readonly number[]): void {
    const made: Renaming = (name) => this.#prefixes.alone + name;
    for (const index of indices) {
      const node = this.#links.graph.nodes[index]!;
      this.#nodes.push(renameNode(node, `${this.#ids[index]} (alone)`, this.#readAlone, made));
    }
  }

  /** Nodes of the quantized model that its value still needs, in order. */
  #missing(value: string): number[] {
    return coneOf(this.#links, value, () => true, this.#done);
  }

  /** Nodes between the twins before a value and the value, in order; constants come from the quantized model itself. */
  #missingAlone(value: string): number[] {
    const constants: number[] = [];
    const follow = (name: string): boolean => {
      if (!this.#links.isConstant(name)) return !this.#exact.has(name);
      constants.push(...this.#missing(name));
      return false;
    };
    const own = coneOf(this.#links, value, follow, this.#doneAlone);
    this.#emitQuantized(constants.sort((a, b) => a - b));
    return own;
  }

  readonly #quantizedName: Renaming = (name) =>
    this.#links.isInput(name) ? name : this.#prefixes.quantized + name;

  readonly #readAlone: Renaming = (name) => {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    if (this.#links.isInput(name) || this.#links.isConstant(name)) return this.#quantizedName(name);
    return this.#prefixes.alone + name;
  };
}

interface Prefixes {
  readonly quantized: string;
  readonly alone: string;
  readonly errors: string;
  readonly ownErrors: string;
}

/** Prefixes that no name of the graph has. */
function freePrefixes(graph: Graph): Prefixes {
  const names = [...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()];
  for (const node of graph.nodes) names.push(...node.outputs, ...namesRead(node));
  for (let mark = ':'; ; mark += ':') {
    const prefixes = {
      quantized: `quantized${mark}`,
      alone: `alone${mark}`,
      errors: `errors${mark}`,
      ownErrors: `ownErrors${mark}`,
    };
    const taken = Object.values(prefixes).some((prefix) => names.some((name) => name.startsWith(prefix)));
    if (!taken) return prefixes;
  }
}
