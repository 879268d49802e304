// The text of an operator that the file has: as it is there, with what was changed since.

import type { PaddleVar } from '../../program.js';
import type { PirOrigin, PirSource } from '../origin.js';
import type { Value } from '../values.js';
import type { Edit } from './edits.js';
import { OpPatch, type TypeChange } from './patch.js';

type Vars = ReadonlyMap<string, PaddleVar>;

/** @param operands - numbers of the values that it takes now
 *  @param vars - variables as they are now */
export function keptText(
  origin: PirOrigin,
  source: PirSource,
  edit: Edit,
  operands: readonly number[],
  vars: Vars,
): string {
  const patch = new OpPatch(origin.text, source.span);
  if (operands.some((id, place) => id !== source.operands[place])) patch.operands(operands);
  patch.addAttributes(edit.attributes);
  for (const [place, id] of source.results.entries()) {
    for (const { item, change } of changesOf(origin.values.get(id), origin.vars, vars)) {
      patch.resultType(place, item, change);
      if (source.name === 'pd_op.data' && change.dims !== undefined) patch.inputDims(change.dims);
    }
  }
  return patch.toString();
}

interface ItemChange {
  /** Place in the list that the result is; undefined where it is none. */
  readonly item: number | undefined;
  readonly change: TypeChange;
}

function changesOf(value: Value | undefined, before: Vars, now: Vars): ItemChange[] {
  if (value === undefined || value.kind === 'none') return [];
  const list = value.kind === 'list' ? value.items : [value];
  return list.flatMap((each, place) => {
    const change = 'name' in each ? typeChange(before.get(each.name), now.get(each.name)) : undefined;
    return change === undefined ? [] : [{ item: value.kind === 'list' ? place : undefined, change }];
  });
}

function typeChange(before: PaddleVar | undefined, now: PaddleVar | undefined): TypeChange | undefined {
  if (before === undefined || now === undefined || before === now) return undefined;
  const { dtype, dims } = now;
  const change: TypeChange = {
    ...(dtype === undefined || dtype === before.dtype ? {} : { dtype }),
    ...(dims === undefined || dims.join() === before.dims?.join() ? {} : { dims }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
}
