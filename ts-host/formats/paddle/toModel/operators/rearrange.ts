// Images whose pixels and channels change places, or are looked up by coordinates.

import { intAttribute, intsAttribute } from '../../../../ir/attributes.js';
import type { Attribute } from '../../../../ir/model.js';
import { inChannelsFirst } from '../layout.js';
import { converter, type OperatorConverter } from '../operator.js';
import type { OpScope } from '../opScope.js';
import { positive, reshaped } from '../values.js';

const text = (value: string): Attribute => ({ kind: 'string', value: new TextEncoder().encode(value) });

function pixelShuffle(op: OpScope): void {
  const attributes = { blocksize: intAttribute(op.attributes.int('upscale_factor', 1)), mode: text('CRD') };
  inChannelsFirst(op, 'data_format', ['X', 'Out'], (x, to) => op.emit('DepthToSpace', [x], attributes, to));
}

/** Channels [g, C/g] become [C/g, g]. */
function shuffleChannels(op: OpScope): void {
  const groups = op.attributes.int('group', 1);
  const [, channels = -1, height = -1, width = -1] = op.dims('X') ?? [];
  if (channels < 0 || height < 0 || width < 0) throw op.unsupported('dims that are not known');
  const grouped = reshaped(op, op.input('X'), [0, groups, channels / groups, height, width]);
  const turned = op.emit('Transpose', [grouped], { perm: intsAttribute([0, 2, 1, 3, 4]) });
  reshaped(op, turned, [0, channels, height, width], op.output('Out'));
}

function sampleGrid(op: OpScope): void {
  const { attributes } = op;
  const grid = {
    mode: text(attributes.string('mode', 'bilinear')),
    padding_mode: text(attributes.string('padding_mode', 'zeros')),
    align_corners: intAttribute(Number(attributes.bool('align_corners', true))),
  };
  op.emit('GridSample', [op.input('X'), op.input('Grid')], grid, op.output('Output'));
}

/** Places to sample at, from a map of the plane for each image: theta · (x, y, 1), where x and y go from -1 to 1 over the image, from the
 *  middle of the first pixel to that of the last, or (without align_corners) from edge to edge. */
async function affineGrid(op: OpScope): Promise<void> {
  const computed = op.has('OutputShape');
  const dims = computed
    ? ((await op.numbers('OutputShape')) ?? op.constantOf('OutputShape'))
    : op.attributes.ints('output_shape');
  if (dims === undefined) throw op.unsupported('dims that are computed');
  const [, , height, width] = dims;
  if (dims.length !== 4 || height === undefined || width === undefined)
    throw op.unsupported(`grids of ${dims.length - 2} dims`);
  const reachesCorners = op.attributes.bool('align_corners', true);
  const places = (count: number): number[] =>
    Array.from({ length: count }, (_, i) =>
      reachesCorners ? (2 * i) / Math.max(1, count - 1) - 1 : (2 * i + 1) / count - 1,
    );
  const column = (at: number): string => {
    const taken = op.emit('Gather', [op.input('Theta'), op.scalar(at, 'int64')], { axis: intAttribute(2) });
    return op.emit('Unsqueeze', [taken, op.ints([1, 2])]);
  };
  const x = op.graph.constant('float32', [1, 1, width, 1], places(width));
  const y = op.graph.constant('float32', [1, height, 1, 1], places(height));
  const rows = op.emit('Add', [op.emit('Mul', [y, column(1)]), column(2)]);
  op.emit('Add', [op.emit('Mul', [x, column(0)]), rows], {}, op.output('Output'));
}

/** Elements moved along axes; what leaves at one end enters at the other. Without axes the tensor is one row. */
function roll(op: OpScope): void {
  const axes = op.attributes.ints('axis', []);
  const shifts = op.attributes.ints('shifts');
  const x = op.input('X');
  const isFlat = axes.length === 0;
  const start = isFlat ? reshaped(op, x, [-1]) : x;
  const rolled = shifts.reduce((value, shift, i) => {
    const axis = isFlat ? 0 : positive(axes[i]!, op.rank('X'));
    const part = (from: number, to: number) =>
      op.emit('Slice', [value, op.ints([from]), op.ints([to]), op.ints([axis])]);
    return shift === 0
      ? value
      : op.emit('Concat', [part(-shift, 2 ** 31 - 1), part(0, -shift)], { axis: intAttribute(axis) });
  }, start);
  op.emit('Reshape', [rolled, op.emit('Shape', [x])], {}, op.output('Out'));
}

export const REARRANGEMENTS: readonly OperatorConverter[] = [
  converter('pixel_shuffle', pixelShuffle),
  converter('shuffle_channel', shuffleChannels),
  converter('grid_sampler', sampleGrid),
  converter('affine_grid', affineGrid),
  converter('roll', roll),
];
