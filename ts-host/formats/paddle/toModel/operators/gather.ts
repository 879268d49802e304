// Elements and rows taken by their numbers, and put back by them.

import { intAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { reshaped, withoutLastOne } from '../values.js';
import { axisOf } from './join.js';

/** Rows of a table. Those of `padding_idx` are zero, whatever the table holds there. */
function lookup(op: OpScope, ids: string): void {
  const padding = op.attributes.int('padding_idx', -1);
  const table = op.input('W');
  if (padding === -1) {
    op.emit('Gather', [table, ids], {}, op.output('Out'));
    return;
  }
  const row = padding < 0 ? padding + (op.dims('W')?.[0] ?? 0) : padding;
  const rows = op.emit('Gather', [table, ids]);
  const isPadding = op.emit('Equal', [ids, op.scalar(row, op.dtype('Ids'))]);
  const ofRows = op.emit('Unsqueeze', [isPadding, op.ints([-1])]);
  op.emit('Where', [ofRows, op.scalar(0, op.dtype('W')), rows], {}, op.output('Out'));
}

/** The first version's ids have a dim of 1 at their end, which its result does not have. */
function firstLookup(op: OpScope): void {
  lookup(op, withoutLastOne(op, 'Ids'));
}

/** Numbers of rows as a vector: Paddle takes [n, 1] too. */
function rowNumbers(op: OpScope, argument: string): string {
  return op.dims(argument)?.length === 2 ? reshaped(op, op.input(argument), [-1]) : op.input(argument);
}

async function gather(op: OpScope): Promise<void> {
  const axis = intAttribute(await axisOf(op, 'Axis'));
  op.emit('Gather', [op.input('X'), rowNumbers(op, 'Index')], { axis }, op.output('Out'));
}

const ADD: Record<string, Attribute> = {
  reduction: { kind: 'string', value: new TextEncoder().encode('add') },
};

/** Rows replaced; without `overwrite` they become the sum of the updates, nothing of the old rows. */
function scatter(op: OpScope): void {
  const rows = op.emit('Unsqueeze', [rowNumbers(op, 'Ids'), op.ints([-1])]);
  const updates = op.input('Updates');
  if (op.attributes.bool('overwrite', true)) {
    op.emit('ScatterND', [op.input('X'), rows, updates], {}, op.output('Out'));
    return;
  }
  const zeros = op.emit('Sub', [updates, updates]);
  const cleared = op.emit('ScatterND', [op.input('X'), rows, zeros]);
  op.emit('ScatterND', [cleared, rows, updates], ADD, op.output('Out'));
}

export const GATHERS: readonly OperatorConverter[] = [
  converter('lookup_table_v2', (op) => lookup(op, op.input('Ids'))),
  converter('lookup_table', firstLookup),
  converter('gather', gather),
  converter(
    'gather_nd',
    (op) => void op.emit('GatherND', [op.input('X'), op.input('Index')], {}, op.output('Out')),
  ),
  converter('index_select', (op) => {
    const axis = intAttribute(op.attributes.int('dim', 0));
    op.emit('Gather', [op.input('X'), op.input('Index')], { axis }, op.output('Out'));
  }),
  converter('take_along_axis', (op) => {
    const axis = intAttribute(op.attributes.int('Axis', 0));
    op.emit('GatherElements', [op.input('Input'), op.input('Index')], { axis }, op.output('Result'));
  }),
  converter('scatter', scatter),
  converter('scatter_nd_add', (op) => {
    op.emit('ScatterND', [op.input('X'), op.input('Index'), op.input('Updates')], ADD, op.output('Out'));
  }),
];
