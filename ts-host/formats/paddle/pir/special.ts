// Operators that no rule describes: what leaves a program, what makes constants, and what makes and takes apart lists.

import type { PaddleAttribute } from '../program.js';
import { arange } from './arange.js';
import { numberOf, numbersOf } from './operatorAttributes.js';
import type { PirOp } from './parse.js';
import { FETCH, type Translator } from './translator.js';
import type { Value } from './values.js';

type Special = (translator: Translator, op: PirOp) => void;

/** By whole name. */
export const SPECIAL: ReadonlyMap<string, Special> = new Map(
  Object.entries<Special>({
    'pd_op.fetch': (translator, op) => {
      const names = translator.builder.names(translator.needed(op, 0));
      const col: PaddleAttribute = { kind: 'int', value: Number(numberOf(op, 'col')) };
      translator.builder.op('fetch', { X: names }, { Out: [FETCH] }, [['col', col]], { operands: { X: 0 } });
    },
    'pd_op.full': (translator, op) => {
      constant(translator, op, [numberOf(op, 'value')], numbersOf(op, 'shape').map(Number));
    },
    'pd_op.full_int_array': (translator, op) => constant(translator, op, numbersOf(op, 'value')),
    'pd_op.shape64': (translator, op) => {
      const result = translator.result(op);
      const [name] = translator.make(op, result);
      if (name === undefined) return;
      // The legacy operator makes int32.
      const dims = result.type.kind === 'tensor' ? result.type.dims : undefined;
      const narrow = translator.builder.free(`${name}.int32`);
      translator.builder.variable(narrow, {
        kind: 'tensor',
        dtype: 'int32',
        ...(dims === undefined ? {} : { dims }),
      });
      translator.builder.op(
        'shape',
        { Input: translator.builder.names(translator.needed(op, 0)) },
        { Out: [narrow] },
        [],
        { operands: { Input: 0 }, isPart: true },
      );
      translator.builder.op('cast', { X: [narrow] }, { Out: [name] }, [
        ['in_dtype', { kind: 'int', value: INT32 }],
        ['out_dtype', { kind: 'int', value: INT64 }],
      ]);
    },
    'pd_op.arange': arange,
    'builtin.combine': (translator, op) => {
      const items = op.operands.map((_, index) => translator.needed(op, index));
      if (items.some(({ kind }) => kind === 'list')) throw op.place.fail('is a list of lists');
      translator.define(op, translator.result(op).id, { kind: 'list', items });
    },
    'builtin.split': (translator, op) => {
      const items = listOf(translator, op);
      for (const [index, { id }] of op.results.entries()) {
        const item = items[index];
        if (item === undefined) throw op.place.fail(`takes ${op.results.length} of ${items.length} values`);
        translator.define(op, id, item);
      }
    },
    'builtin.slice': (translator, op) => {
      const items = listOf(translator, op);
      const item = items[Number(numberOf(op, 'index'))];
      if (item === undefined) throw op.place.fail(`takes a value beyond the ${items.length} of its list`);
      translator.define(op, translator.result(op).id, item);
    },
  }),
);

/** Paddle's numbers of element types. */
const INT32 = 2;
const INT64 = 3;

function listOf(translator: Translator, op: PirOp): readonly Value[] {
  const value = translator.needed(op, 0);
  if (value.kind !== 'list') throw op.place.fail(`(${op.name}) takes a list, and is given none`);
  return value.items;
}

/** A constant is no operator until something takes it as a tensor. */
function constant(
  translator: Translator,
  op: PirOp,
  numbers: readonly (number | bigint)[],
  filled?: readonly number[],
): void {
  const { id, type } = translator.result(op);
  if (type.kind !== 'tensor') throw op.place.fail(`(${op.name}) makes no tensor`);
  const name = translator.nameOf(op, id);
  const dtype = Number(numberOf(op, 'dtype'));
  translator.define(op, id, {
    kind: 'constant',
    numbers,
    dtype,
    type,
    name,
    index: op.index,
    ...(filled === undefined ? {} : { filled }),
  });
}
