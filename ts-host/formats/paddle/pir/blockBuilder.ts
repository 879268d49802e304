// BlockBuilder: the block of legacy operators and variables while a PIR program is carried over. Every value of PIR gets a
// name that no parameter and no input has, every operator the place of the one it is made of.

import { paddleCode } from '../dtypes.js';
import type { PaddleAttribute, PaddleBlock, PaddleOp, PaddleVar } from '../program.js';
import type { PirOpOrigin } from './origin.js';
import type { PirTensorType } from './types.js';
import type { Constant, Value } from './values.js';

type Names = Readonly<Record<string, readonly string[]>>;

/** How an operator hangs together with the one that it is made of. */
interface Link {
  /** The operand that an input was, by argument. */
  readonly operands?: Readonly<Record<string, number>>;
  /** Whether another operator, of those made of the same one, makes its result. */
  readonly isPart?: boolean;
}

export class BlockBuilder {
  readonly #vars = new Map<string, PaddleVar>();
  readonly #ops: PaddleOp[] = [];
  readonly #values = new Map<number, Value>();
  readonly #made = new Set<string>();
  /** Place of the operator that is being carried over. */
  #index = 0;

  begin(index: number): void {
    this.#index = index;
  }

  has(name: string): boolean {
    return this.#vars.has(name);
  }

  /** Dims of a variable, -1 where unknown. */
  dims(name: string): readonly number[] | undefined {
    return this.#vars.get(name)?.dims;
  }

  /** Paddle's number of a variable's element type. */
  dtype(name: string): number | undefined {
    const dtype = this.#vars.get(name)?.dtype;
    return dtype && paddleCode(dtype);
  }

  /** A name like `name` that no variable has. */
  free(name: string): string {
    let free = name;
    while (this.#vars.has(free)) free += '_';
    return free;
  }

  variable(name: string, type: PirTensorType, extra: Partial<PaddleVar> = {}): Value {
    this.#vars.set(name, {
      name,
      kind: 'tensor',
      ...(type.dtype === undefined ? {} : { dtype: type.dtype }),
      ...(type.dims === undefined ? {} : { dims: type.dims }),
      lodLevel: 0,
      persistable: false,
      isParameter: false,
      stopGradient: true,
      needCheckFeed: false,
      ...extra,
    });
    return { kind: 'variable', name };
  }

  op(
    type: string,
    inputs: Names,
    outputs: Names,
    attributes: Iterable<readonly [string, PaddleAttribute]> = [],
    { operands = {}, isPart = false }: Link = {},
    index = this.#index,
  ): void {
    const made = {
      inputs: new Map(Object.entries(inputs)),
      outputs: new Map(Object.entries(outputs)),
      attributes: new Map(attributes),
    };
    const held = new Map(Object.entries(operands));
    const origin: PirOpOrigin = { layout: 'pir', index, isPart, operands: held, ...made };
    this.#ops.push({ type, ...made, origin });
  }

  /** Says what a value is. False where it is said already. */
  define(id: number, value: Value): boolean {
    if (this.#values.has(id)) return false;
    this.#values.set(id, value);
    return true;
  }

  value(id: number): Value | undefined {
    return this.#values.get(id);
  }

  /** All that was defined. */
  get values(): ReadonlyMap<number, Value> {
    return this.#values;
  }

  /** Names of the variables behind a value; constants become variables here, in front of their first use. */
  names(value: Value): string[] {
    if (value.kind === 'list') return value.items.flatMap((item) => this.names(item));
    if (value.kind === 'none') return [];
    if (value.kind === 'constant' && !this.#made.has(value.name)) this.#make(value);
    return [value.name];
  }

  #make(constant: Constant): void {
    const { name, numbers, filled, dtype, type } = constant;
    this.#made.add(name);
    this.variable(name, type);
    const link = { isPart: constant.index === undefined };
    const index = constant.index ?? this.#index;
    if (filled === undefined) {
      const values: PaddleAttribute = { kind: 'longs', value: numbers.map((number) => BigInt(number)) };
      const shape: PaddleAttribute = { kind: 'ints', value: [numbers.length] };
      this.op(
        'assign_value',
        {},
        { Out: [name] },
        [
          ['shape', shape],
          ['dtype', { kind: 'int', value: dtype }],
          ['int64_values', values],
        ],
        link,
        index,
      );
      return;
    }
    const [value = 0] = numbers;
    this.op(
      'fill_constant',
      {},
      { Out: [name] },
      [
        ['shape', { kind: 'longs', value: filled.map(BigInt) }],
        ['dtype', { kind: 'int', value: dtype }],
        ['value', { kind: 'float', value: Number(value) }],
        // The text is exact where a float is not; what no text stands for is told by the float.
        ['str_value', { kind: 'string', value: Number.isFinite(Number(value)) ? String(value) : '' }],
      ],
      link,
      index,
    );
  }

  build(): PaddleBlock {
    return { index: 0, parent: -1, forward: -1, vars: this.#vars, ops: this.#ops };
  }
}
