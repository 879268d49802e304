// Which operators of a program are to compute with codes: by type (ops_to_quantize), but for some (op_ids_to_skip). An operator's id
// is its place in block 0; nodes that come from it are called `type#id`, or `type#id/…`.

import { OctavoError } from '../../errors.js';
import type { PaddleOp } from '../../formats/paddle/program.js';
import { nearestName } from '../../ir/nearest.js';

/** As ConvertOptions has them, read. */
export interface ChoiceOptions {
  readonly opsToQuantize?: readonly string[] | undefined;
  readonly opIdsToSkip?: readonly number[] | undefined;
}

/** The operator that a node comes from. */
export interface OperatorName {
  readonly type: string;
  readonly id: number;
}

export function operatorOf(node: string): OperatorName | undefined {
  const [, type, id] = /^([^/#]+)#(\d+)/.exec(node) ?? [];
  return type === undefined ? undefined : { type, id: Number(id) };
}

export class Choice {
  readonly #types: ReadonlySet<string> | undefined;
  readonly #skipped: ReadonlySet<number>;

  /** @param ops - of the program
   *  @throws OctavoError `INVALID_ARGUMENT` for a type that the program does not have, and for an id that is none of an operator */
  constructor(ops: readonly PaddleOp[], { opsToQuantize, opIdsToSkip = [] }: ChoiceOptions) {
    const types = new Set(ops.map(({ type }) => type));
    for (const type of opsToQuantize ?? []) if (!types.has(type)) throw unknownType(type, types);
    for (const id of opIdsToSkip) {
      if (ops[id] !== undefined) continue;
      const message = `there is no operator ${String(id)}: ids are 0 to ${ops.length - 1}`;
      throw new OctavoError('INVALID_ARGUMENT', message, { field: 'opIdsToSkip' });
    }
    this.#types = opsToQuantize && new Set(opsToQuantize);
    this.#skipped = new Set(opIdsToSkip);
  }

  /** Whether a node may compute with codes. */
  takes(node: string): boolean {
    const operator = operatorOf(node);
    if (operator === undefined) return true;
    return (this.#types?.has(operator.type) ?? true) && !this.#skipped.has(operator.id);
  }

  /** Whether a node comes from an operator of a type that was asked for. */
  names(node: string): boolean {
    return this.#types !== undefined && operatorOf(node) !== undefined && this.takes(node);
  }

  /** @throws OctavoError `INVALID_ARGUMENT` for an id to skip whose operator computes with no codes: somebody meant another one
   *  @param nodes - those that read codes */
  requireEffect(nodes: Iterable<string>): void {
    const known = new Map(
      [...nodes].flatMap((node) => {
        const operator = operatorOf(node);
        return operator === undefined ? [] : [[operator.id, `${operator.type}#${operator.id}`] as const];
      }),
    );
    const without = [...this.#skipped].find((id) => !known.has(id));
    if (without === undefined) return;
    const message = `operator ${without} is not quantized; those that are: ${[...known.values()].join(', ')}`;
    throw new OctavoError('INVALID_ARGUMENT', message, { field: 'opIdsToSkip' });
  }
}

function unknownType(type: string, types: ReadonlySet<string>): OctavoError {
  const nearest = nearestName(type, [...types]);
  const hint = nearest === undefined ? '' : `: did you mean ${nearest}?`;
  const message = `the program has no operator ${type}${hint}`;
  return new OctavoError('INVALID_ARGUMENT', message, { field: 'opsToQuantize' });
}
