// GraphBuilder: collects the nodes and constants of the graph that a program becomes, and keeps track of which value a variable
// is at this point of the program.
//
// Paddle writes variables in place, ONNX values are made once. The last value of a variable keeps its name, values before it are
// called `name@1`, `name@2`, …; but what a graph input or a parameter is called stays theirs.

import { OctavoError } from '../../../errors.js';
import type { DType } from '../../../ir/dtype.js';
import type { Attribute, Node } from '../../../ir/model.js';
import type { Tensor } from '../../../ir/tensor.js';
import type { PaddleBlock, PaddleNet, PaddleVar } from '../program.js';
import { constantTensor } from './constantTensor.js';

/** Opset of the models that are made: every operator they need is in it. */
export const OPSET = 17;
/** Domain of operators that have no converter, which are kept as they are. */
export const PADDLE_DOMAIN = 'paddle';

export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly initializers = new Map<string, Tensor>();
  readonly #block: PaddleBlock;
  readonly #parameters: ReadonlyMap<string, Tensor>;
  readonly #names: Set<string>;
  /** How often a variable will still be written. */
  readonly #writes = new Map<string, number>();
  /** Name of the value that a variable is now. */
  readonly #current = new Map<string, string>();
  readonly #inputs = new Set<string>();
  readonly #read: ReadonlySet<string>;

  constructor({ program, parameters }: PaddleNet, feeds: Iterable<string>) {
    this.#block = program.blocks[0]!;
    this.#parameters = parameters;
    this.#names = new Set([...this.#block.vars.keys(), ...parameters.keys()]);
    this.#read = new Set(this.#block.ops.flatMap(({ inputs }) => [...inputs.values()].flat()));
    for (const { type, outputs } of this.#block.ops) {
      if (type === 'feed') continue;
      for (const names of outputs.values()) {
        for (const name of names) this.#writes.set(name, (this.#writes.get(name) ?? 0) + 1);
      }
    }
    for (const name of feeds) {
      this.#inputs.add(name);
      this.#current.set(name, name);
    }
  }

  /** A name that nothing has. */
  fresh(hint: string): string {
    let name = hint;
    for (let count = 1; this.#names.has(name); count++) name = `${hint}@${count}`;
    this.#names.add(name);
    return name;
  }

  /** The value that a variable is now; a parameter becomes an initializer when it is first read.
   *  @throws OctavoError `GRAPH_INVALID` for a variable that nothing has written. */
  valueOf(variable: string, node: string): string {
    const current = this.#current.get(variable);
    if (current !== undefined) return current;
    const parameter = this.#parameters.get(variable);
    if (parameter === undefined) {
      throw new OctavoError('GRAPH_INVALID', `reads "${variable}", which nothing has written`, {
        node,
        tensor: variable,
      });
    }
    this.initializers.set(
      variable,
      parameter.name === variable ? parameter : { ...parameter, name: variable },
    );
    this.#current.set(variable, variable);
    return variable;
  }

  /** Name for the value that an operator gives a variable. */
  define(variable: string): string {
    const isLast = (this.#writes.get(variable) ?? 1) <= 1;
    const isTaken = this.#inputs.has(variable) || this.#parameters.has(variable);
    return isLast && !isTaken ? variable : this.fresh(variable);
  }

  /** From now on `variable` is `value`. */
  assign(variable: string, value: string): void {
    this.#current.set(variable, value);
  }

  /** Called once for each variable that an operator names as an output, when it is done. */
  written(variable: string): void {
    this.#writes.set(variable, (this.#writes.get(variable) ?? 1) - 1);
  }

  /** Name of a parameter with other dims: an initializer of its own over the same data. */
  viewOf(tensor: Tensor, dims: readonly number[]): string {
    const name = `${tensor.name}@[${dims.join(',')}]`;
    if (!this.initializers.has(name)) {
      this.#names.add(name);
      this.initializers.set(name, { name, dtype: tensor.dtype, dims, data: tensor.data });
    }
    return name;
  }

  /** Whether any operator reads the variable; fetching is reading. */
  isRead(variable: string): boolean {
    return this.#read.has(variable);
  }

  variable(name: string): PaddleVar | undefined {
    return this.#block.vars.get(name);
  }

  parameter(name: string): Tensor | undefined {
    return this.#parameters.get(name);
  }

  /** Name of a constant with these elements; equal ones are one initializer. */
  constant(dtype: DType, dims: readonly number[], values: readonly number[]): string {
    const key = `constant/${dtype}[${dims.join(',')}]/${values.map(numberText).join(',')}`;
    const name = key.length <= 80 ? key : this.#longName(key);
    if (!this.initializers.has(name)) {
      this.#names.add(name);
      this.initializers.set(name, constantTensor(name, dtype, dims, values));
    }
    return name;
  }

  readonly #made = new Map<string, readonly number[]>();

  /** Makes the value `name` a constant. */
  makeConstant(name: string, dtype: DType, dims: readonly number[], values: readonly number[]): void {
    this.initializers.set(name, constantTensor(name, dtype, dims, values));
    this.#made.set(name, values);
  }

  /** Elements of a value that `makeConstant` made. */
  madeConstant(name: string): readonly number[] | undefined {
    return this.#made.get(name);
  }

  readonly #long = new Map<string, string>();

  #longName(key: string): string {
    let name = this.#long.get(key);
    if (name === undefined) {
      name = this.fresh(`${key.slice(0, key.indexOf('/', 9))}/#${this.#long.size}`);
      this.#long.set(key, name);
    }
    return name;
  }

  node(
    name: string,
    opType: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): void {
    this.nodes.push({
      name,
      opType,
      domain,
      inputs,
      outputs,
      attributes: new Map(Object.entries(attributes)),
    });
  }
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
