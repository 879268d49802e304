// Operators of two tensors. Paddle aligns Y from the dim `axis` of X, ONNX from the back: Y gets dims of 1 behind.
//
//   X [N, C, H, W], Y [C], axis 1:  Y becomes [C, 1, 1]

import { intAttribute } from '../../../../ir/attributes.js';
import { MAX_RANK } from '../../../../ir/check.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { withDims } from '../values.js';

/** X and Y with dims that ONNX broadcasts as Paddle does. */
export function aligned(op: OpScope): readonly [x: string, y: string] {
  const axis = op.attributes.int('axis', -1);
  if (axis === -1) return [op.input('X'), op.input('Y')];
  const [x, y] = [op.rank('X'), op.rank('Y')];
  // The one of lower rank is aligned to the other.
  if (x >= y) return [op.input('X'), placed(op, 'Y', x - axis - y)];
  return [placed(op, 'X', y - axis - x), op.input('Y')];
}

/** An input with `behind` dims of 1 more at its end; negative: so many of the dims of 1 at its end less. */
function placed(op: OpScope, argument: string, behind: number): string {
  if (behind === 0) return op.input(argument);
  const rank = op.rank(argument);
  if (Math.abs(behind) > MAX_RANK) throw op.fail('MALFORMED', `axis is ${op.attributes.int('axis', -1)}`);
  const dims = op.parameter(argument)?.dims;
  if (dims !== undefined) {
    const placedDims = behind > 0 ? [...dims, ...Array<number>(behind).fill(1)] : dims.slice(0, behind);
    return withDims(op, argument, placedDims);
  }
  const axes = Array.from({ length: Math.abs(behind) }, (_, i) => (behind > 0 ? rank + i : rank - 1 - i));
  return op.emit(behind > 0 ? 'Unsqueeze' : 'Squeeze', [op.input(argument), op.ints(axes)]);
}

function binary(type: string | readonly string[], opType: string): OperatorConverter {
  return converter(type, (op) => void op.emit(opType, aligned(op), {}, op.output('Out')));
}

/** A comparison and its opposite. */
function notOf(type: string, opType: string): OperatorConverter {
  return converter(type, (op) => void op.emit('Not', [op.emit(opType, aligned(op))], {}, op.output('Out')));
}

function isFloating(op: OpScope): boolean {
  return /float/.test(op.dtype('X'));
}

/** The remainder with the sign of the divisor. */
function remainder(op: OpScope, [x, y]: readonly [string, string], to?: string): string {
  if (!isFloating(op)) return op.emit('Mod', [x, y], {}, to);
  // fmod has the sign of x: where it differs from that of y, one y more.
  const rest = op.emit('Mod', [x, y], { fmod: intAttribute(1) });
  const zero = op.scalar(0, op.dtype('X'));
  const differs = op.emit('Xor', [op.emit('Less', [rest, zero]), op.emit('Less', [y, zero])]);
  const isRest = op.emit('Not', [op.emit('Equal', [rest, zero])]);
  return op.emit('Where', [op.emit('And', [differs, isRest]), op.emit('Add', [rest, y]), rest], {}, to);
}

/** ⌊x / y⌋. Whole numbers without their remainder are divided exactly. */
function floorDivision(op: OpScope): void {
  const [x, y] = aligned(op);
  if (isFloating(op)) {
    op.emit('Floor', [op.emit('Div', [x, y])], {}, op.output('Out'));
    return;
  }
  op.emit('Div', [op.emit('Sub', [x, remainder(op, [x, y])]), y], {}, op.output('Out'));
}

export const ELEMENTWISE: readonly OperatorConverter[] = [
  binary('elementwise_add', 'Add'),
  binary('elementwise_sub', 'Sub'),
  binary('elementwise_mul', 'Mul'),
  binary('elementwise_div', 'Div'),
  binary('elementwise_pow', 'Pow'),
  binary(['elementwise_max', 'maximum'], 'Max'),
  binary(['elementwise_min', 'minimum'], 'Min'),
  converter('elementwise_mod', (op) => void remainder(op, aligned(op), op.output('Out'))),
  converter('elementwise_floordiv', floorDivision),
  binary('equal', 'Equal'),
  binary('less_than', 'Less'),
  binary('less_equal', 'LessOrEqual'),
  binary('greater_than', 'Greater'),
  binary('greater_equal', 'GreaterOrEqual'),
  notOf('not_equal', 'Equal'),
  binary('logical_and', 'And'),
  binary('logical_or', 'Or'),
  binary('logical_xor', 'Xor'),
];
