// arange: the older operator, range, has the type of its inputs; the newer one has its own, and inputs of any.

import { paddleDType } from '../dtypes.js';
import type { PaddleAttribute } from '../program.js';
import { numberOf } from './operatorAttributes.js';
import type { PirOp } from './parse.js';
import type { Translator } from './translator.js';
import type { PirTensorType } from './types.js';

export function arange(translator: Translator, op: PirOp): void {
  const dtype = Number(numberOf(op, 'dtype'));
  const inputs: Record<string, readonly string[]> = {};
  const operands: Record<string, number> = {};
  for (const [index, argument] of ['Start', 'End', 'Step'].entries()) {
    const { names, isOperand } = typedOperand(translator, op, index, dtype);
    inputs[argument] = names;
    if (isOperand) operands[argument] = index;
  }
  const Out = translator.make(op, translator.result(op));
  translator.builder.op('range', inputs, { Out }, [], { operands });
}

interface TypedOperand {
  readonly names: readonly string[];
  /** Whether these are the operand's own variables. */
  readonly isOperand: boolean;
}

/** An operand as variables of Paddle's element type `dtype`: a constant is made so, what is computed is cast. */
function typedOperand(translator: Translator, op: PirOp, index: number, dtype: number): TypedOperand {
  const { builder } = translator;
  const value = translator.needed(op, index);
  const name = builder.free(`arange_${op.operands[index]}.${index}`);
  const element = paddleDType(dtype);
  const type: PirTensorType = {
    kind: 'tensor',
    dims: [1],
    ...(element === undefined ? {} : { dtype: element }),
  };
  if (value.kind === 'constant') {
    const names = builder.names({ ...value, dtype, type, name, index: undefined });
    return { names, isOperand: false };
  }
  const names = builder.names(value);
  const given = builder.dtype(names[0] ?? '');
  if (given === undefined || given === dtype) return { names, isOperand: true };
  builder.variable(name, type);
  const types: [string, PaddleAttribute][] = [
    ['in_dtype', { kind: 'int', value: given }],
    ['out_dtype', { kind: 'int', value: dtype }],
  ];
  builder.op('cast', { X: names }, { Out: [name] }, types, { operands: { X: index }, isPart: true });
  return { names: [name], isOperand: false };
}
