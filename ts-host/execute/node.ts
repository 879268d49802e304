// A node as its operator sees it: attributes with defaults, input types, and the values of small inputs where they are
// known. What does not fit is said with the node's name.

import { type ErrorCode, OctavoError } from '../errors.js';
import type { DType } from '../ir/dtype.js';
import type { Attribute, Graph, Node } from '../ir/model.js';
import type { Tensor } from '../ir/tensor.js';
import type { ExecutionEngine } from '../wasm/execution.js';
import { describeType, type TensorType } from './value.js';

/** Elements of a known value. float16 and bfloat16 are given as bits; bool as 0 and 1. */
export type Elements =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** What a node knows of one input. */
export interface InputFact extends TensorType {
  /** Whether it is the same in every run. */
  readonly constant: boolean;
  /** Its value, if it is at hand. */
  readonly elements?: Elements | undefined;
}

/** Thrown by {@link NodeContext.values} for an input whose value is not at hand: the executor then reads it, or plans the
 *  node when its inputs are there. Operators do not catch it. No Error, whose stack would take longer than the planning. */
export class ValueNeeded {
  readonly input: number;

  constructor(input: number) {
    this.input = input;
  }
}

export class NodeContext {
  readonly node: Node;
  /** The node's unique name. */
  readonly id: string;
  /** Version of the node's operator set. */
  readonly opset: number;
  readonly engine: ExecutionEngine;
  readonly #inputs: readonly (InputFact | undefined)[];
  readonly #taken = new Set<number>();

  constructor(
    node: Node,
    id: string,
    opset: number,
    engine: ExecutionEngine,
    inputs: readonly (InputFact | undefined)[],
  ) {
    this.node = node;
    this.id = id;
    this.opset = opset;
    this.engine = engine;
    this.#inputs = inputs;
  }

  /** How many inputs the node names; absent ones in between count. */
  get inputCount(): number {
    return this.node.inputs.length;
  }

  get outputCount(): number {
    return this.node.outputs.length;
  }

  /** Whether input `index` is given. */
  has(index: number): boolean {
    return this.#inputs[index] !== undefined;
  }

  /** Whether output `index` is wanted by anybody. */
  wants(index: number): boolean {
    return (this.node.outputs[index] ?? '') !== '';
  }

  /** Type of a required input.
   *  @throws OctavoError `GRAPH_INVALID` when it is absent. */
  input(index: number): TensorType {
    return this.#inputs[index] ?? this.fail(`${this.node.opType} needs an input ${index}`, 'GRAPH_INVALID');
  }

  /** Type of an optional input. */
  optional(index: number): TensorType | undefined {
    return this.#inputs[index];
  }

  /** Whether input `index` is given and never changes, so that it may be packed. */
  isConstant(index: number): boolean {
    return this.#inputs[index]?.constant === true;
  }

  /** Elements of a required input, for what shapes depend on (axes, sizes, pads).
   *  @throws ValueNeeded when they are not at hand */
  values(index: number): Elements {
    this.input(index);
    const { elements } = this.#inputs[index]!;
    if (elements === undefined) throw new ValueNeeded(index);
    this.#taken.add(index);
    return elements;
  }

  /** Integers of a required input as numbers.
   *  @throws OctavoError `SHAPE_MISMATCH` for numbers beyond 2^53. */
  ints(index: number): number[] {
    return Array.from(this.values(index) as Iterable<number | bigint>, (value) => {
      const number = Number(value);
      if (!Number.isSafeInteger(number)) this.fail(`input ${index} holds ${value}, no usable integer`);
      return number;
    });
  }

  /** As {@link ints}, but undefined when the input is absent. */
  optionalInts(index: number): number[] | undefined {
    return this.has(index) ? this.ints(index) : undefined;
  }

  /** The one number of a required input of one element; float16 must be decoded by the caller. */
  scalar(index: number): number {
    const elements = this.values(index);
    if (elements.length !== 1) this.fail(`input ${index} has ${elements.length} elements, needs 1`);
    return Number(elements[0]);
  }

  /** Indices of inputs whose value was taken: planning needs them, steps do not. */
  get taken(): ReadonlySet<number> {
    return this.#taken;
  }

  /** An integer attribute. @throws OctavoError `GRAPH_INVALID` without value and default. */
  int(name: string, fallback?: number): number {
    const found = this.#attribute(name, 'int');
    if (found !== undefined) return Number(found.value);
    return fallback ?? this.#missing(name);
  }

  /** A 0/1 attribute; absent = `fallback`. */
  flag(name: string, fallback = false): boolean {
    return this.int(name, fallback ? 1 : 0) !== 0;
  }

  float(name: string, fallback?: number): number {
    const found = this.#attribute(name, 'float');
    return found?.value ?? fallback ?? this.#missing(name);
  }

  string(name: string, fallback?: string): string {
    const found = this.#attribute(name, 'string');
    if (found !== undefined) return new TextDecoder().decode(found.value);
    return fallback ?? this.#missing(name);
  }

  /** undefined when absent. */
  intList(name: string): number[] | undefined {
    return this.#attribute(name, 'ints')?.value.map(Number);
  }

  floatList(name: string): readonly number[] | undefined {
    return this.#attribute(name, 'floats')?.value;
  }

  stringList(name: string): string[] | undefined {
    return this.#attribute(name, 'strings')?.value.map((bytes) => new TextDecoder().decode(bytes));
  }

  graph(name: string): Graph {
    return this.#attribute(name, 'graph')?.value ?? this.#missing(name);
  }

  tensorAttribute(name: string): Tensor | undefined {
    return this.#attribute(name, 'tensor')?.value;
  }

  hasAttribute(name: string): boolean {
    return this.node.attributes.has(name);
  }

  /** A dimension number in [-rank, rank) as one in [0, rank). */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value;
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      this.fail(`axis ${value} is outside [-${rank}, ${rank})`);
    }
    return axis;
  }

  /** @throws OctavoError `UNSUPPORTED_DTYPE` unless the input has one of `dtypes`. */
  requireDType(index: number, ...dtypes: DType[]): void {
    const { dtype } = this.input(index);
    if (dtypes.includes(dtype)) return;
    this.fail(
      `${this.node.opType} of ${dtype} (input ${index}) is not supported; ${dtypes.join(', ')} are`,
      'UNSUPPORTED_DTYPE',
    );
  }

  /** @throws OctavoError `SHAPE_MISMATCH` unless the input has `rank` dims. */
  requireRank(index: number, rank: number): void {
    const type = this.input(index);
    if (type.dims.length !== rank) this.fail(`input ${index} is ${describeType(type)}, needs ${rank} dims`);
  }

  /** Says what is wrong with this node. */
  fail(message: string, code: ErrorCode = 'SHAPE_MISMATCH'): never {
    throw new OctavoError(code, message, { node: this.id });
  }

  #attribute<K extends Attribute['kind']>(
    name: string,
    kind: K,
  ): Extract<Attribute, { kind: K }> | undefined {
    const attribute = this.node.attributes.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.kind === kind) return attribute as Extract<Attribute, { kind: K }>;
    // An empty list has no kind of its own in the file.
    const empty = 'value' in attribute && Array.isArray(attribute.value) && attribute.value.length === 0;
    if (empty) return undefined;
    return this.fail(`attribute ${name} is of kind ${attribute.kind}, needs ${kind}`, 'GRAPH_INVALID');
  }

  #missing(name: string): never {
    return this.fail(`${this.node.opType} needs an attribute ${name}`, 'GRAPH_INVALID');
  }
}
