// ProgramDraft: a net that is being changed. Programs are never edited in place; a draft collects operators, variables and
// parameters, and becomes a new net that shares what did not change.

import type { PaddleNet, PaddleOp, PaddleVar } from '../../formats/paddle/program.js';
import type { DType } from '../../ir/dtype.js';
import type { Tensor, TensorData } from '../../ir/tensor.js';
import { variablesOf } from './ops.js';

export class ProgramDraft {
  readonly #net: PaddleNet;
  readonly #vars: Map<string, PaddleVar>;
  readonly #parameters: Map<string, Tensor>;
  /** Of block 0, in their order. */
  ops: readonly PaddleOp[];

  constructor(net: PaddleNet) {
    const block = net.program.blocks[0]!;
    this.#net = net;
    this.#vars = new Map(block.vars);
    this.#parameters = new Map(net.parameters);
    this.ops = block.ops;
  }

  variable(name: string): PaddleVar | undefined {
    return this.#vars.get(name);
  }

  parameter(name: string): Tensor | undefined {
    return this.#parameters.get(name);
  }

  isPersistable(name: string): boolean {
    return this.#vars.get(name)?.persistable ?? false;
  }

  /** A parameter with these values, new or in the place of one that is there. */
  setParameter(name: string, dtype: DType, dims: readonly number[], data: TensorData): string {
    const before = this.#vars.get(name);
    const made = { ...blank(name), persistable: true, stopGradient: true };
    this.#vars.set(name, { ...(before ?? made), dtype, dims });
    this.#parameters.set(name, { name, dtype, dims, data });
    return name;
  }

  /** The parameter becomes a variable that operators compute. */
  demote(name: string): void {
    const before = this.#vars.get(name);
    if (before !== undefined) this.#vars.set(name, { ...before, persistable: false, isParameter: false });
    this.#parameters.delete(name);
  }

  /** Operators write other elements into a variable from now on. */
  retype(name: string, dtype: DType): void {
    const before = this.#vars.get(name);
    if (before !== undefined) this.#vars.set(name, { ...before, dtype });
  }

  /** A variable of the type of another one. */
  addLike(name: string, like: string, dtype?: DType): string {
    if (this.#vars.has(name)) return name;
    const { dims, lodLevel = 0, dtype: same = 'float32' } = this.#vars.get(like) ?? {};
    this.#vars.set(name, {
      ...blank(name),
      dtype: dtype ?? same,
      lodLevel,
      ...(dims === undefined ? {} : { dims }),
    });
    return name;
  }

  /** A name that no variable has: `hint_0`, `hint_1`, … */
  fresh(hint: string): string {
    let count = 0;
    while (this.#vars.has(`${hint}_${count}`)) count++;
    return `${hint}_${count}`;
  }

  /** The changed net. Variables that no operator names any more go, and with them their values. */
  finish(): PaddleNet {
    const { program } = this.#net;
    const [first, ...inner] = program.blocks;
    const used = new Set([this.ops, ...inner.map(({ ops }) => ops)].flat().flatMap(namesOf));
    const vars = new Map([...this.#vars].filter(([name]) => used.has(name)));
    const parameters = new Map([...this.#parameters].filter(([name]) => vars.has(name)));
    const block = { ...first!, vars, ops: this.ops };
    return { program: { ...program, blocks: [block, ...inner] }, parameters };
  }
}

const namesOf = ({ inputs, outputs }: PaddleOp): string[] => [
  ...variablesOf(inputs),
  ...variablesOf(outputs),
];

const blank = (name: string): PaddleVar => ({
  name,
  kind: 'tensor',
  lodLevel: 0,
  persistable: false,
  isParameter: false,
  stopGradient: false,
  needCheckFeed: false,
});
