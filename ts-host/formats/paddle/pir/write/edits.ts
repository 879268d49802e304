// Edits: what of the file's operators was changed since it was read. Operators are values, so what is the same object was not
// touched; an operator of PIR's that became several is looked at through all of them.

import { OctavoError } from '../../../../errors.js';
import type { PaddleOp } from '../../program.js';
import { type PirOpOrigin, pirOpOrigin } from '../origin.js';
import { attributeTexts } from './json.js';

/** What is to be changed in the text of an operator. */
export interface Edit {
  /** Variables that an operand is now, by its place. */
  readonly operands: Map<number, readonly string[]>;
  /** Texts of what was added. */
  readonly attributes: string[];
}

const NOTHING: Edit = { operands: new Map(), attributes: [] };

export class Edits {
  readonly #edits = new Map<number, Edit>();

  /** @param ops - of the block as it is now
   *  @throws OctavoError `UNSUPPORTED_OP` for a change that PIR's operator has no place for, and for an attribute of a kind that
   *  PIR does not have */
  constructor(ops: readonly PaddleOp[]) {
    for (const [at, op] of ops.entries()) {
      const origin = pirOpOrigin(op);
      if (origin !== undefined) this.#compare(op, origin, `${op.type}#${at}`);
    }
  }

  /** Whether an operator of the file is still there, or a part of it. */
  has(index: number): boolean {
    return this.#edits.has(index);
  }

  of(index: number): Edit {
    return this.#edits.get(index) ?? NOTHING;
  }

  #compare(op: PaddleOp, origin: PirOpOrigin, node: string): void {
    const edit: Edit = this.#edits.get(origin.index) ?? { operands: new Map(), attributes: [] };
    this.#edits.set(origin.index, edit);
    if (!sameArguments(op.outputs, origin.outputs)) throw unwritable('writes other variables', node);
    for (const argument of new Set([...op.inputs.keys(), ...origin.inputs.keys()])) {
      const names = op.inputs.get(argument) ?? [];
      if (sameNames(names, origin.inputs.get(argument) ?? [])) continue;
      const operand = origin.operands.get(argument);
      if (operand === undefined) throw unwritable(`reads another ${argument}`, node);
      edit.operands.set(operand, names);
    }
    for (const [name, before] of origin.attributes) {
      if (op.attributes.get(name) !== before) throw unwritable(`has another ${name}`, node);
    }
    const added = [...op.attributes].filter(([name]) => !origin.attributes.has(name));
    edit.attributes.push(...attributeTexts(added, node));
  }
}

function unwritable(what: string, node: string): OctavoError {
  const message = `${what} than in the file it was read from, which PIR's operator has no place for`;
  return new OctavoError('UNSUPPORTED_OP', message, { node });
}

type Arguments = ReadonlyMap<string, readonly string[]>;

const sameArguments = (a: Arguments, b: Arguments): boolean =>
  a === b || (a.size === b.size && [...a].every(([name, held]) => sameNames(held, b.get(name) ?? [])));

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((name, i) => name === b[i]));
