// Tensors repeated.

import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { hasTensors, vector } from '../values.js';

/** -1 keeps a dim, and so does ONNX's 1. */
function expandTo(op: OpScope): void {
  const x = op.input('X');
  if (!hasTensors(op, 'Shape', 'expand_shapes_tensor')) {
    const dims = op.attributes.ints('shape').map((dim) => (dim === -1 ? 1 : dim));
    op.emit('Expand', [x, op.ints(dims)], {}, op.output('Out'));
    return;
  }
  const dims = vector(op, { tensor: 'Shape', list: 'expand_shapes_tensor' })!;
  const one = op.scalar(1, 'int64');
  // Dims of 0 and more are larger than -1: the greater of both is what Expand wants.
  op.emit('Expand', [x, op.emit('Max', [dims, one])], {}, op.output('Out'));
}

/** The dims of another tensor. */
function expandAs(op: OpScope): void {
  const like = op.optional('Y') ?? op.optional('target_tensor');
  const dims = like === undefined ? op.ints(op.attributes.ints('target_shape')) : op.emit('Shape', [like]);
  op.emit('Expand', [op.input('X'), dims], {}, op.output('Out'));
}

/** Repetitions of each dim. Fewer than there are dims mean the last ones; more add dims in front. */
function tile(sources: Parameters<typeof vector>[1]): OperatorConverter['convert'] {
  return (op) => {
    const rank = op.rank('X');
    const times = vector(op, sources);
    if (times === undefined) throw op.fail('MALFORMED', 'how often to repeat is missing');
    const tensors = [sources.tensor, sources.list].flatMap((each) => each ?? []);
    const count = hasTensors(op, ...tensors) ? rank : op.attributes.ints(sources.attribute!).length;
    const missing = Math.max(0, rank - count);
    const all =
      missing === 0 ? times : op.ints([...Array(missing).fill(1), ...op.attributes.ints(sources.attribute!)]);
    const added = Array.from({ length: Math.max(0, count - rank) }, (_, i) => i);
    const x = added.length === 0 ? op.input('X') : op.emit('Unsqueeze', [op.input('X'), op.ints(added)]);
    op.emit('Tile', [x, all], {}, op.output('Out'));
  };
}

export const EXPANDS: readonly OperatorConverter[] = [
  converter('expand_v2', expandTo),
  converter(['expand_as', 'expand_as_v2'], expandAs),
  converter(
    'expand',
    tile({ tensor: 'ExpandTimes', list: 'expand_times_tensor', attribute: 'expand_times' }),
  ),
  converter('tile', tile({ tensor: 'RepeatTimes', list: 'repeat_times_tensor', attribute: 'repeat_times' })),
];
