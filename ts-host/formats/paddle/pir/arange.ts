// arange: the older operator, range, has the type of its inputs; the newer one has its own, and inputs of any.

import { paddleDType } from '../dtypes.js';
import { numberOf } from './operatorAttributes.js';
import type { PirOp } from './parse.js';
import type { Translator } from './translator.js';
import type { PirTensorType } from './types.js';

export function arange(translator: Translator, op: PirOp): void {
  const dtype = Number(numberOf(op, 'dtype'));
  const typed = (index: number): string[] => namesAs(translator, op, index, dtype);
  const inputs = { Start: typed(0), End: typed(1), Step: typed(2) };
  const Out = translator.make(op, translator.result(op));
  translator.builder.op('range', inputs, { Out });
}

/** Names of an operand's variables, of Paddle's element type `dtype`: a constant is made so, what is computed is cast. */
function namesAs(translator: Translator, op: PirOp, index: number, dtype: number): string[] {
  const { builder } = translator;
  const value = translator.needed(op, index);
  const name = builder.free(`arange_${op.operands[index]}.${index}`);
  const element = paddleDType(dtype);
  const type: PirTensorType = {
    kind: 'tensor',
    dims: [1],
    ...(element === undefined ? {} : { dtype: element }),
  };
  if (value.kind === 'constant') return builder.names({ ...value, dtype, type, name });
  const names = builder.names(value);
  const given = builder.dtype(names[0] ?? '');
  if (given === undefined || given === dtype) return names;
  builder.variable(name, type);
  builder.op('cast', { X: names }, { Out: [name] }, [
    ['in_dtype', { kind: 'int', value: given }],
    ['out_dtype', { kind: 'int', value: dtype }],
  ]);
  return [name];
}
