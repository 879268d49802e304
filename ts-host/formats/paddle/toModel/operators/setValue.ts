// set_value: a part of a tensor gets other elements, x[1:3, :, 0] = v. ONNX's scatters want the number of every element written; here x is
// cut in three along each axis, and joined again around what is new:
//
//   set(x, axes) = Concat(x[: start], set(x[start : end], other axes), x[end :])        set(x, no axes) = v, of the dims of x

import { intAttribute } from '../../../../ir/attributes.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { castTo, filledWith, vector } from '../values.js';
import { attributeValues } from './constant.js';

/** From here on a bound is "to the end". */
const END = 2 ** 31 - 1;

/** What is written along an axis. Bounds count from the end where they are negative. */
interface Part {
  readonly axis: number;
  /** int64 vectors of one number. */
  readonly start: string;
  readonly end: string;
  /** Whether there may be elements in front of it, and behind. */
  readonly hasFront: boolean;
  readonly hasBack: boolean;
}

/** The parts by axis. (An end before its start is refused by Paddle itself.) */
function partsOf(op: OpScope): readonly Part[] {
  const axes = op.attributes.ints('axes').map((axis) => (axis < 0 ? axis + op.rank('Input') : axis));
  const steps = op.has('StepsTensorList') ? [] : op.attributes.ints('steps', []);
  if (op.has('StepsTensorList') || steps.some((step) => step !== 1))
    throw op.unsupported('steps other than 1');
  const starts = bounds(op, 'StartsTensorList', 'starts', axes.length);
  const ends = bounds(op, 'EndsTensorList', 'ends', axes.length);
  return axes.map((axis, i) => {
    const [start, end] = [starts[i]!, ends[i]!];
    const hasBack = end.known === undefined || end.known < END;
    return { axis, start: start.value, end: end.value, hasFront: start.known !== 0, hasBack };
  });
}

interface Bound {
  readonly value: string;
  readonly known?: number;
}

function bounds(op: OpScope, list: string, attribute: string, count: number): readonly Bound[] {
  const computed = vector(op, { list });
  if (computed === undefined) {
    const known = op.attributes.ints(attribute);
    if (known.length !== count) throw op.fail('MALFORMED', `${known.length} ${attribute} of ${count} axes`);
    return known.map((each) => ({ value: op.ints([each]), known: each }));
  }
  return Array.from({ length: count }, (_, i) => ({
    value: op.emit('Slice', [computed, op.ints([i]), op.ints([i + 1]), op.ints([0])]),
  }));
}

/** The new elements, with as many dims as the tensor: one more for each axis that the left side had dropped, and those that are
 *  missing in front. */
function newValue(op: OpScope): string {
  const dtype = op.dtype('Input');
  if (!op.has('ValueTensor')) return writtenValue(op);
  const value = castTo(op, op.input('ValueTensor'), dtype);
  const [rank, own] = [op.rank('Input'), op.rank('ValueTensor')];
  const dropped = new Set(op.attributes.ints('decrease_axes', []));
  const left = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !dropped.has(axis));
  if (own > left.length) throw op.unsupported(`a value of ${own} dims for a part of ${left.length}`);
  const added = [...dropped, ...left.slice(0, left.length - own)].sort((a, b) => a - b);
  return added.length === 0 ? value : op.emit('Unsqueeze', [value, op.ints(added)]);
}

function writtenValue(op: OpScope): string {
  const values = attributeValues(op);
  const dims = op.attributes.ints('shape', []);
  const [first = 0] = values;
  if (values.length === 1) return filledWith(op, op.dtype('Input'), [1], first);
  if (op.attributes.ints('decrease_axes', []).length > 0)
    throw op.unsupported('a list of values beside axes that are dropped');
  return op.graph.constant(op.dtype('Input'), dims, values);
}

function write(op: OpScope, x: string, [part, ...others]: readonly Part[], value: string): string {
  if (part === undefined) return op.emit('Expand', [value, op.emit('Shape', [x])]);
  const axis = op.ints([part.axis]);
  const cut = (from: string, to: string): string => op.emit('Slice', [x, from, to, axis]);
  const pieces = [
    ...(part.hasFront ? [cut(op.ints([0]), part.start)] : []),
    write(op, cut(part.start, part.end), others, value),
    ...(part.hasBack ? [cut(part.end, op.ints([END]))] : []),
  ];
  return pieces.length === 1 ? pieces[0]! : op.emit('Concat', pieces, { axis: intAttribute(part.axis) });
}

function setValue(op: OpScope): void {
  if (op.attributes.ints('none_axes', []).length > 0) throw op.unsupported('axes of None');
  const x = op.input('Input');
  op.emit('Identity', [write(op, x, partsOf(op), newValue(op))], {}, op.output('Out'));
}

export const ASSIGNMENTS: readonly OperatorConverter[] = [converter('set_value', setValue)];
