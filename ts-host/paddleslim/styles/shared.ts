// Operators and attributes that several styles use.

import { paddleCode } from '../../formats/paddle/dtypes.js';
import type { PaddleOp } from '../../formats/paddle/program.js';
import { boolAttribute, intAttribute, makeOp, stringAttribute, withAttributes } from '../program/ops.js';

/** `from`, whole numbers, as float32 numbers `to`. */
export function castToFloat(from: string, to: string, dtype: 'int8' | 'int16'): PaddleOp {
  const types = {
    in_dtype: intAttribute(paddleCode(dtype)!),
    out_dtype: intAttribute(paddleCode('float32')!),
  };
  return makeOp('cast', { X: from }, { Out: to }, types);
}

/** What Paddle writes on an operator that the user wants left alone. */
export function markSkipped(op: PaddleOp): PaddleOp {
  return withAttributes(op, {
    op_namescope: stringAttribute('skip_quant'),
    skip_quant: boolAttribute(true),
    with_quant_attr: boolAttribute(true),
  });
}
