// unfold: the windows of an image as columns, [N, C, H, W] to [N, C · kh · kw, windows]. A convolution does it, of each channel alone, whose filters
// have a 1 in one place each: filter c · kh · kw + i of channel c takes element i of the window.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import { bytesData } from '../../../../ir/tensor.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { reshaped } from '../values.js';

/** Elements of the filters, which are stored. */
const MOST_ELEMENTS = 2 ** 22;

function filters(op: OpScope, channels: number, [height, width]: readonly [number, number]): string {
  const size = height * width;
  const count = channels * size * size;
  if (count > MOST_ELEMENTS) throw op.unsupported(`windows of ${height} × ${width} of ${channels} channels`);
  const ones = new Float32Array(count);
  for (let filter = 0; filter < channels * size; filter++) ones[filter * size + (filter % size)] = 1;
  const dims = [channels * size, 1, height, width];
  return op.initializer('filters', { dtype: 'float32', dims, data: bytesData(new Uint8Array(ones.buffer)) });
}

function unfold(op: OpScope): void {
  const channels = op.dims('X')?.[1] ?? -1;
  if (channels < 0) throw op.unsupported('channels that are not known');
  if (op.dtype('X') !== 'float32') throw op.fail('UNSUPPORTED_DTYPE', `windows of ${op.dtype('X')}`);
  const { attributes } = op;
  const window = attributes.ints('kernel_sizes') as readonly [number, number];
  const { length } = window;
  if (length !== 2) throw op.fail('MALFORMED', `a window of ${length} dims`);
  const pads = attributes.ints('paddings', [0, 0]);
  const convolved = op.emit('Conv', [op.input('X'), filters(op, channels, window)], {
    group: intAttribute(channels),
    kernel_shape: intsAttribute(window),
    strides: intsAttribute(attributes.ints('strides', [1, 1])),
    dilations: intsAttribute(attributes.ints('dilations', [1, 1])),
    // top, left, bottom, right, as in ONNX; or both
    pads: intsAttribute(pads.length === 2 ? [...pads, ...pads] : pads),
  });
  reshaped(op, convolved, [0, channels * window[0] * window[1], -1], op.output('Y'));
}

export const WINDOWS: readonly OperatorConverter[] = [converter('unfold', unfold)];
