// Parts of a tensor. Bounds count from the end where negative, and are cut to the dims, in Paddle as in ONNX.

import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { hasTensors, reshaped, vector } from '../values.js';

/** Larger than any dim: "to the end". */
const END = 2 ** 31 - 1;

/** Bounds of `slice`. An index of -1 is written as the range from -1 to 0, and means the last element. */
function sliceBounds(op: OpScope): readonly [starts: string, ends: string] {
  const axes = op.attributes.ints('axes');
  const dropped = new Set(op.attributes.ints('decrease_axis', []));
  const starts = vector(op, { tensor: 'StartsTensor', list: 'StartsTensorList', attribute: 'starts' });
  if (hasTensors(op, 'EndsTensor', 'EndsTensorList')) {
    return [starts!, vector(op, { tensor: 'EndsTensor', list: 'EndsTensorList' })!];
  }
  const first = op.attributes.ints('starts', []);
  const ends = op.attributes
    .ints('ends')
    .map((end, i) => (end === 0 && first[i] === -1 && dropped.has(axes[i]!) ? END : end));
  if (starts === undefined) throw op.fail('MALFORMED', 'the starts are missing');
  return [starts, op.ints(ends)];
}

function slice(op: OpScope): void {
  const dropped = op.attributes.ints('decrease_axis', []);
  const inputs = [op.input('Input'), ...sliceBounds(op), op.ints(op.attributes.ints('axes'))];
  if (dropped.length === 0) {
    op.emit('Slice', inputs, {}, op.output('Out'));
    return;
  }
  const part = op.emit('Slice', inputs);
  // What is left without dims was [1] before Paddle had tensors of rank 0.
  const isOne = dropped.length === op.dims('Input')?.length && op.dims('Out')?.length === 1;
  if (isOne) reshaped(op, part, [1], op.output('Out'));
  else op.emit('Squeeze', [part, op.ints(dropped)], {}, op.output('Out'));
}

/** Ends of steps backwards: -1 means "to the first element", others are cut to 0, which is not reached. */
function stridedEnds(op: OpScope): readonly number[] {
  const axes = op.attributes.ints('axes');
  const strides = op.attributes.ints('strides', []);
  return op.attributes.ints('ends', []).map((end, i) => {
    if (end >= 0 || (strides[i] ?? 1) > 0) return end;
    const size = op.dims('Input')?.[axes[i]!] ?? -1;
    if (end === -1) return -END;
    return size < 0 ? end : Math.max(0, end + size);
  });
}

function stridedSlice(op: OpScope): void {
  const bound = (name: string) => {
    const attribute = name.toLowerCase();
    const found = vector(op, { tensor: `${name}Tensor`, list: `${name}TensorList`, attribute });
    if (found === undefined) throw op.fail('MALFORMED', `the ${attribute} are missing`);
    return found;
  };
  const axes = op.ints(op.attributes.ints('axes'));
  const ends = hasTensors(op, 'EndsTensor', 'EndsTensorList') ? bound('Ends') : op.ints(stridedEnds(op));
  const inputs = [op.input('Input'), bound('Starts'), ends, axes, bound('Strides')];
  const dropped = op.attributes.ints('decrease_axis', []);
  if (dropped.length === 0) op.emit('Slice', inputs, {}, op.output('Out'));
  else op.emit('Squeeze', [op.emit('Slice', inputs), op.ints(dropped)], {}, op.output('Out'));
}

/** The elements along axes, backwards. */
function flip(op: OpScope): void {
  const axes = op.attributes.ints('axis');
  const all = (value: number) => op.ints(axes.map(() => value));
  const inputs = [op.input('X'), all(-1), all(-END), op.ints(axes), all(-1)];
  op.emit('Slice', inputs, {}, op.output('Out'));
}

export const SLICES: readonly OperatorConverter[] = [
  converter('slice', slice),
  converter('strided_slice', stridedSlice),
  converter('flip', flip),
];
