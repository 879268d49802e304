// The quantized model with some layers left in float, several such variants in one graph: what comes before a layer is shared,
// only what follows is there once for each variant.
//
//   float model    ─► outputs ──────────────────────────┐
//   quantized      ─► B1 ─► B2 ─► B3 ─► outputs ── errors ┤
//   variant {2}             └► A2 ─► B3' ─► outputs ── errors
//
// A layer in float reads its inputs as codes stand for them where integer layers make them, and as they are elsewhere; what it
// makes is rounded to codes for integer layers, and left as it is for others: as a plan would do.

import { OWN_DOMAIN } from '../../execute/operators/tensorErrors.js';
import { type Graph, type Model, type Node, nodeIds } from '../../ir/model.js';
import { namesRead } from '../../ir/reads.js';
import { coneOf } from './cone.js';
import type { Group } from './groups.js';
import type { LayerState } from './layerReport.js';
import { isDequantize, isQuantize, Links } from './links.js';
import { renameNode } from './rename.js';

/** A layer that may be left in float. */
export interface Leavable {
  /** Its nodes in the float model. */
  readonly group: Group;
  /** Float model's names of what it reads and makes. */
  readonly inputs: readonly string[];
  readonly output: string;
}

/** How the layer runs that a node of the quantized model belongs to, by its index; float where there is none. */
export type NodeStates = ReadonlyMap<number, LayerState>;

/** @param layers - their states, and what they make in the quantized model
 *  @param twins - what is in both models, by its name there */
export function nodeStates(
  quantized: Links,
  layers: readonly { readonly state: LayerState; readonly twin: string }[],
  twins: ReadonlySet<string>,
): NodeStates {
  const inside = (name: string): boolean => !quantized.isConstant(name) && !twins.has(name);
  const entries = layers.flatMap(({ state, twin }) =>
    coneOf(quantized, twin, inside).map((index): [number, LayerState] => [index, state]),
  );
  return new Map(entries);
}

export interface VariantModel {
  readonly model: Model;
  /** Outputs of the model: for each variant the sums of errors of each output of the net. */
  readonly errors: readonly (readonly string[])[];
}

/** @param variants - layers to leave in float, in each variant
 *  @param twins - name in the float model to name in the quantized */
export function variantModel(
  float: Model,
  quantized: Model,
  twins: ReadonlyMap<string, string>,
  states: NodeStates,
  variants: readonly (readonly Leavable[])[],
): VariantModel {
  const maker = new VariantMaker(float.graph, quantized.graph, twins, states);
  const errors = variants.map((layers, index) => maker.add(layers, index));
  const opsets = new Map([...float.opsets, ...quantized.opsets]);
  return { model: { ...float, graph: maker.graph(errors.flat()), opsets, functions: [] }, errors };
}

/** Where the codes of a layer's output begin and end in the quantized model. */
interface Border {
  readonly twin: string;
  /** What is quantized; the twin itself where there are no codes. */
  readonly made: string;
  readonly quantize: Node | undefined;
  readonly dequantize: Node | undefined;
}

class VariantMaker {
  readonly #float: Links;
  readonly #quantized: Links;
  readonly #twins: ReadonlyMap<string, string>;
  readonly #twinNames: ReadonlySet<string>;
  readonly #states: NodeStates;
  readonly #ids: readonly string[];
  readonly #nodes: Node[] = [];
  readonly #done = new Set<number>();
  readonly #mark: string;

  constructor(float: Graph, quantized: Graph, twins: ReadonlyMap<string, string>, states: NodeStates) {
    this.#float = new Links(float);
    this.#quantized = new Links(quantized);
    this.#twins = twins;
    this.#twinNames = new Set(twins.values());
    this.#states = states;
    this.#ids = nodeIds(quantized);
    this.#mark = freeMark([float, quantized]);
    const ids = nodeIds(float);
    for (const [index, node] of float.nodes.entries()) this.#nodes.push({ ...node, name: ids[index]! });
  }

  /** Adds a variant; returns the names of its sums, an output of the net each. */
  add(layers: readonly Leavable[], variant: number): string[] {
    const changed = new Map<string, string>();
    const raw = new Map<string, string>();
    const removed = this.#removed(layers);
    const name = (of: string, kind = 'variant'): string => `${kind}${variant}${this.#mark}${of}`;
    const borders = new Map(
      layers.map((layer) => [this.#placeOf(layer), { layer, border: this.#border(layer) }]),
    );
    for (const [index, node] of this.#quantized.graph.nodes.entries()) {
      const replaced = borders.get(index);
      if (replaced !== undefined) this.#leave(replaced.layer, replaced.border, { name, changed, raw });
      const reads = namesRead(node);
      if (removed.has(index) || !reads.some((each) => changed.has(each))) continue;
      const isFloat = !isQuantize(node) && this.#isFloat(index);
      const read = (each: string): string =>
        (isFloat ? raw.get(each) : undefined) ?? changed.get(each) ?? this.#base(each);
      for (const each of reads) if (!changed.has(each)) this.#ensure(each);
      this.#nodes.push(renameNode(node, name(this.#ids[index]!), read, (made) => name(made)));
      for (const made of node.outputs) if (made !== '') changed.set(made, name(made));
    }
    return this.#float.graph.outputs.map(({ name: output }) => {
      const twin = this.#twins.get(output) ?? output;
      const value = raw.get(twin) ?? changed.get(twin) ?? this.#base(twin);
      this.#ensure(twin);
      return this.#measure(output, value, name(output, 'errors'));
    });
  }

  graph(outputs: readonly string[]): Graph {
    const { graph } = this.#float;
    const initializers = new Map(graph.initializers);
    for (const [name, tensor] of this.#quantized.graph.initializers)
      initializers.set(this.#base(name), tensor);
    return {
      name: graph.name,
      nodes: this.#nodes,
      initializers,
      inputs: graph.inputs,
      outputs: outputs.map((name) => ({ name })),
      valueInfos: [],
    };
  }

  /** The layer's nodes of the float model, then the codes of what they make. */
  #leave(
    { group, inputs }: Leavable,
    { twin, made, quantize, dequantize }: Border,
    { name, changed, raw }: Names,
  ): void {
    const inside = new Map<string, string>();
    for (const input of inputs) inside.set(input, this.#inputFor(input, changed, raw));
    const { nodes } = this.#float.graph;
    const ids = group.map((index) => nodes[index]!);
    for (const node of ids) {
      for (const output of node.outputs) if (output !== '') inside.set(output, name(output, 'float'));
      const rename = (each: string): string => inside.get(each) ?? each;
      this.#nodes.push(renameNode(node, name(node.name || node.opType, 'float'), rename));
    }
    const result = name(nodes[group.at(-1)!]!.outputs[0]!, 'float');
    raw.set(twin, result);
    changed.set(made, result);
    changed.set(twin, result);
    if (quantize === undefined || dequantize === undefined) return;
    const codes = quantize.outputs[0]!;
    this.#addCodes(quantize, dequantize, result, name(codes), name(twin));
    changed.set(codes, name(codes));
    changed.set(twin, name(twin));
  }

  #addCodes(quantize: Node, dequantize: Node, from: string, codes: string, to: string): void {
    const [first, ...parameters] = quantize.inputs;
    for (const each of [...parameters, ...dequantize.inputs.slice(1)]) this.#ensure(each);
    const read = (of: string, as: string) => (each: string) => (each === of ? as : this.#base(each));
    this.#nodes.push(renameNode(quantize, codes, read(first!, from), () => codes));
    this.#nodes.push(renameNode(dequantize, to, read(quantize.outputs[0]!, codes), () => to));
  }

  /** What a float layer reads for a value of the float model. */
  #inputFor(input: string, changed: ReadonlyMap<string, string>, raw: ReadonlyMap<string, string>): string {
    const twin = this.#twins.get(input)!;
    const known = raw.get(twin);
    if (known !== undefined) return known;
    const source = this.#beforeCodes(twin);
    const maker = this.#quantized.makerIndex(source);
    const isExact = maker === undefined || this.#isFloat(maker);
    const wanted = isExact ? source : twin;
    this.#ensure(wanted);
    return changed.get(wanted) ?? this.#base(wanted);
  }

  /** What the codes of a value are made of; the value itself where it has none. */
  #beforeCodes(twin: string): string {
    const dequantize = this.#quantized.maker(twin);
    if (dequantize === undefined || !isDequantize(dequantize)) return twin;
    const quantize = this.#quantized.maker(dequantize.inputs[0]!);
    return quantize !== undefined && isQuantize(quantize) ? quantize.inputs[0]! : twin;
  }

  #border({ output }: Leavable): Border {
    const twin = this.#twins.get(output)!;
    const made = this.#beforeCodes(twin);
    if (made === twin) return { twin, made, quantize: undefined, dequantize: undefined };
    const dequantize = this.#quantized.maker(twin)!;
    return { twin, made, quantize: this.#quantized.maker(dequantize.inputs[0]!), dequantize };
  }

  /** The node behind which everything the layer reads is there. */
  #placeOf({ output }: Leavable): number {
    return this.#quantized.makerIndex(this.#beforeCodes(this.#twins.get(output)!))!;
  }

  /** Nodes that make what the layers make, and nothing else. */
  #removed(layers: readonly Leavable[]): Set<number> {
    const removed = new Set<number>();
    const inside = (name: string): boolean => !this.#quantized.isConstant(name) && !this.#twinNames.has(name);
    for (const { output } of layers) coneOf(this.#quantized, this.#twins.get(output)!, inside, removed);
    return removed;
  }

  #isFloat(index: number): boolean {
    return (this.#states.get(index) ?? 'float') === 'float';
  }

  /** Makes a value of the quantized model itself be there. */
  #ensure(name: string): void {
    for (const index of coneOf(this.#quantized, name, () => true, this.#done)) {
      const node = this.#quantized.graph.nodes[index]!;
      this.#nodes.push(renameNode(node, `${this.#ids[index]} (quantized)`, this.#base));
    }
  }

  #measure(output: string, value: string, errors: string): string {
    this.#nodes.push({
      name: errors,
      opType: 'TensorErrors',
      domain: OWN_DOMAIN,
      inputs: [output, value],
      outputs: [errors],
      attributes: new Map(),
    });
    return errors;
  }

  readonly #base = (name: string): string =>
    this.#quantized.isInput(name) ? name : `quantized${this.#mark}${name}`;
}

interface Names {
  name(of: string, kind?: string): string;
  /** From names of the quantized model: values that are others in this variant, and those that are there before codes. */
  readonly changed: Map<string, string>;
  readonly raw: Map<string, string>;
}

/** Colons that no name has: what holds them is a name of ours. */
function freeMark(graphs: readonly Graph[]): string {
  const names = graphs.flatMap(({ inputs, initializers, nodes }) => [
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap(({ outputs }) => outputs),
  ]);
  let mark = ':';
  while (names.some((name) => name.includes(mark))) mark += ':';
  return mark;
}
