// OpScope: one operator of Paddle's as its converter sees it: its inputs as values of the graph, types of its variables,
// attributes, and ways to emit nodes.

import type { RunContext } from '../../../context.js';
import { OctavoError } from '../../../errors.js';
import type { DType } from '../../../ir/dtype.js';
import type { Attribute } from '../../../ir/model.js';
import { readAll, type Tensor } from '../../../ir/tensor.js';
import { PaddleAttributes } from '../attributes.js';
import type { PaddleOp } from '../program.js';
import { decodeNumbers } from './decodeNumbers.js';
import type { GraphBuilder } from './graphBuilder.js';
import type { QuantizedWeights } from './quantized/storedWeights.js';

export type Attributes = Readonly<Record<string, Attribute>>;

export class OpScope {
  readonly op: PaddleOp;
  /** Type and place in block 0: `conv2d#3`. Errors, nodes and values made here are called by it. */
  readonly id: string;
  readonly attributes: PaddleAttributes;
  readonly graph: GraphBuilder;
  readonly context: RunContext;
  /** Of a quantized program: what is codes in it. */
  readonly quantized: QuantizedWeights | undefined;
  readonly #inputs = new Map<string, readonly string[]>();
  readonly #assigned: (readonly [variable: string, value: string])[] = [];
  #hasMain = false;

  constructor(
    graph: GraphBuilder,
    op: PaddleOp,
    at: number,
    context: RunContext,
    quantized?: QuantizedWeights,
  ) {
    this.graph = graph;
    this.op = op;
    this.id = `${op.type}#${at}`;
    this.attributes = new PaddleAttributes(op, this.id);
    this.context = context;
    this.quantized = quantized;
    for (const [argument, names] of op.inputs) {
      // Lists keep their length: an empty name is an absent input.
      this.#inputs.set(
        argument,
        names.map((name) => (isAbsent(name) ? '' : graph.valueOf(name, this.id))),
      );
    }
  }

  get type(): string {
    return this.op.type;
  }

  /** Whether the argument has a value. */
  has(argument: string): boolean {
    return (this.#inputs.get(argument)?.[0] ?? '') !== '';
  }

  /** The value of an argument. @throws OctavoError `MALFORMED` where it is missing. */
  input(argument: string): string {
    const value = this.optional(argument);
    if (value === undefined) throw this.fail('MALFORMED', `the input ${argument} is missing`);
    return value;
  }

  optional(argument: string): string | undefined {
    return this.#inputs.get(argument)?.[0] || undefined;
  }

  /** All values of an argument. */
  inputs(argument: string): readonly string[] {
    return (this.#inputs.get(argument) ?? []).filter((value) => value !== '');
  }

  /** Dims of an input or output variable, -1 where unknown; undefined where the program does not tell. */
  dims(argument: string, index = 0): readonly number[] | undefined {
    const name = this.variable(argument, index);
    if (name === undefined) return undefined;
    return this.graph.parameter(name)?.dims ?? this.graph.variable(name)?.dims;
  }

  /** @throws OctavoError `UNSUPPORTED_OP` where the program does not tell. */
  rank(argument: string, index = 0): number {
    const dims = this.dims(argument, index);
    if (dims === undefined) throw this.unsupported(`the rank of ${argument} is not known`);
    return dims.length;
  }

  /** An attribute that is an axis of `rank` dims, counted from the front.
   *  @throws OctavoError `MALFORMED` where there is no such axis */
  axis(name: string, fallback: number, rank: number): number {
    const axis = this.attributes.int(name, fallback);
    if (axis < -rank || axis >= rank) throw this.fail('MALFORMED', `${name} is ${axis}, of ${rank} dims`);
    return axis < 0 ? axis + rank : axis;
  }

  /** Element type of a variable; float32 where the program does not tell. */
  dtype(argument: string, index = 0): DType {
    const name = this.variable(argument, index);
    if (name === undefined) return 'float32';
    return this.graph.parameter(name)?.dtype ?? this.graph.variable(name)?.dtype ?? 'float32';
  }

  /** Name of the variable behind an argument. */
  variable(argument: string, index = 0): string | undefined {
    return this.op.inputs.get(argument)?.[index] ?? this.op.outputs.get(argument)?.[index];
  }

  /** The parameter behind an argument, where it is one that no operator has written. */
  parameter(argument: string): Tensor | undefined {
    const name = this.op.inputs.get(argument)?.[0];
    return name !== undefined && this.optional(argument) === name ? this.graph.parameter(name) : undefined;
  }

  /** Elements of a small parameter; undefined where the argument is none. */
  async numbers(argument: string): Promise<readonly number[] | undefined> {
    const tensor = this.parameter(argument);
    return tensor && decodeNumbers(tensor.dtype, await readAll(tensor.data, this.context));
  }

  /** Elements of an argument that a converter before has made as a small constant. */
  constantOf(argument: string): readonly number[] | undefined {
    const value = this.optional(argument);
    return value === undefined ? undefined : this.graph.madeConstant(value);
  }

  /** Gives an output elements that are known. */
  constantOutput(argument: string, dtype: DType, dims: readonly number[], values: readonly number[]): void {
    this.graph.makeConstant(this.output(argument), dtype, dims, values);
  }

  /** Gives an output the elements of a parameter, with other dims. */
  parameterOutput(argument: string, tensor: Tensor, dims: readonly number[]): void {
    const name = this.output(argument);
    this.graph.initializers.set(name, { name, dtype: tensor.dtype, dims, data: tensor.data });
  }

  /** An initializer of this operator's own. */
  initializer(hint: string, tensor: Omit<Tensor, 'name'>): string {
    const name = this.value(hint);
    this.graph.initializers.set(name, { ...tensor, name });
    return name;
  }

  /** Whether the operator has the output at all. */
  wants(argument: string): boolean {
    return !isAbsent(this.op.outputs.get(argument)?.[0] ?? '');
  }

  /** Whether an operator or the caller reads the output. */
  isRead(argument: string): boolean {
    return (this.op.outputs.get(argument) ?? []).some((name) => this.graph.isRead(name));
  }

  /** Name under which an output is to be made. Each output once. */
  output(argument: string, index = 0): string {
    const variable = this.op.outputs.get(argument)?.[index];
    if (variable === undefined || isAbsent(variable)) {
      throw this.fail('MALFORMED', `the output ${argument} is missing`);
    }
    const value = this.graph.define(variable);
    this.#assigned.push([variable, value]);
    return value;
  }

  /** Makes an output another name of a value. */
  forward(argument: string, value: string): void {
    const variable = this.op.outputs.get(argument)?.[0];
    if (variable !== undefined && !isAbsent(variable)) this.#assigned.push([variable, value]);
  }

  /** Names of all values of an output argument. */
  outputs(argument: string): readonly string[] {
    return (this.op.outputs.get(argument) ?? []).map((_, index) => this.output(argument, index));
  }

  /** Emits a node with one output: `to`, or a new value. Returns the output. */
  emit(
    opType: string,
    inputs: readonly (string | undefined)[],
    attributes: Attributes = {},
    to?: string,
  ): string {
    const output = to ?? this.value(opType);
    this.graph.node(this.#nodeName([output]) ?? output, opType, trimmed(inputs), [output], attributes);
    return output;
  }

  /** Emits a node with these outputs; '' for one that is not wanted. */
  emitMany(
    opType: string,
    inputs: readonly (string | undefined)[],
    outputs: readonly string[],
    attributes: Attributes = {},
    domain = '',
  ): void {
    const name = this.#nodeName(outputs) ?? this.value(`${opType}/node`);
    this.graph.node(name, opType, trimmed(inputs), outputs, attributes, domain);
  }

  /** A new value for `emitMany`. */
  value(hint: string): string {
    return this.graph.fresh(`${this.id}/${hint}`);
  }

  /** The node that makes the operator's first output has its id; undefined for the others. */
  #nodeName(outputs: readonly string[]): string | undefined {
    if (this.#hasMain || !this.#assigned.some(([, value]) => outputs.includes(value))) return undefined;
    this.#hasMain = true;
    return this.id;
  }

  /** A constant list of int64. */
  ints(values: readonly number[]): string {
    return this.graph.constant('int64', [values.length], values);
  }

  /** A constant without dims. */
  scalar(value: number, dtype: DType = 'float32'): string {
    return this.graph.constant(dtype, [], [value]);
  }

  /** A case that there is no form for. */
  unsupported(message: string): OctavoError {
    return this.fail('UNSUPPORTED_OP', message);
  }

  fail(code: 'MALFORMED' | 'UNSUPPORTED_OP' | 'UNSUPPORTED_DTYPE', message: string): OctavoError {
    return new OctavoError(code, message, { node: this.id });
  }

  /** Makes the outputs visible to the operators behind. */
  finish(): void {
    for (const [variable, value] of this.#assigned) this.graph.assign(variable, value);
    for (const names of this.op.outputs.values()) for (const name of names) this.graph.written(name);
  }
}

/** Paddle's name for no variable. */
function isAbsent(name: string): boolean {
  return name === '' || name === '@EMPTY@';
}

function trimmed(inputs: readonly (string | undefined)[]): readonly string[] {
  const names = inputs.map((name) => name ?? '');
  while (names.at(-1) === '') names.pop();
  return names;
}
