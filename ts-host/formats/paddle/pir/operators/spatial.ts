// Convolutions, pools, interpolation, normalizations.

import { OctavoError } from '../../../../errors.js';
import { type Attributes, ints, type Rules, rule } from '../rule.js';

const OUTPUT = ['Output'];
const CONV = ['Input', 'Filter'];
const TRANSPOSED = [...CONV, ints('output_size', 'OutputSizeTensor', 'OutputSizeTensorList')];
const LAYOUT = { data_format: 'data_layout' };
const KERNEL = { kernel_size: 'ksize' };
const RESIZED = ['X', 'OutSize', 'SizeTensor', 'Scale'];

const KINDS = ['nearest', 'linear', 'bilinear', 'bicubic', 'trilinear'];
const INTERPOLATIONS: Rules = Object.fromEntries(
  KINDS.map((kind) => [`${kind}_interp`, rule(`${kind}_interp_v2`, RESIZED, ['Out'], { renamed: LAYOUT })]),
);

const BATCH_NORM = rule(
  'batch_norm',
  ['X', 'Mean', 'Variance', 'Scale', 'Bias'],
  ['Y', 'MeanOut', 'VarianceOut', 'SavedMean', 'SavedVariance'],
  { renamed: LAYOUT, inPlace: { MeanOut: 'Mean', VarianceOut: 'Variance' } },
);

/** The older operator knows one layout. */
function channelsFirst(attributes: Attributes): void {
  const layout = attributes.get('data_format');
  if (layout?.kind !== 'string' || layout.value === 'NCHW') return;
  throw new OctavoError('UNSUPPORTED_OP', `channel_shuffle of the layout ${layout.value} is not converted`);
}

export const SPATIAL: Rules = {
  ...INTERPOLATIONS,
  conv2d: rule('conv2d', CONV, OUTPUT),
  conv3d: rule('conv3d', CONV, OUTPUT),
  depthwise_conv2d: rule('depthwise_conv2d', CONV, OUTPUT),
  conv2d_transpose: rule('conv2d_transpose', TRANSPOSED, OUTPUT),
  depthwise_conv2d_transpose: rule('depthwise_conv2d_transpose', TRANSPOSED, OUTPUT),
  pool2d: rule('pool2d', ['X', ints('ksize')]),
  pool3d: rule('pool3d', ['X'], ['Out'], { renamed: KERNEL }),
  max_pool2d_with_index: rule('max_pool2d_with_index', ['X'], ['Out', 'Mask'], { renamed: KERNEL }),
  batch_norm: BATCH_NORM,
  layer_norm: rule('layer_norm', ['X', 'Scale', 'Bias'], ['Y', 'Mean', 'Variance']),
  instance_norm: rule('instance_norm', ['X', 'Scale', 'Bias'], ['Y', 'SavedMean', 'SavedVariance']),
  group_norm: rule('group_norm', ['X', 'Scale', 'Bias'], ['Y', 'Mean', 'Variance'], { renamed: LAYOUT }),
  norm: rule('norm', ['X'], ['Out', 'Norm']),
  p_norm: rule('p_norm', ['X']),
  lrn: rule('lrn', ['X'], ['Out', 'MidOut']),
  affine_channel: rule('affine_channel', ['X', 'Scale', 'Bias']),
  affine_grid: rule('affine_grid', ['Theta', ints('output_shape', 'OutputShape')], OUTPUT),
  grid_sample: rule('grid_sampler', ['X', 'Grid'], OUTPUT),
  pixel_shuffle: rule('pixel_shuffle', ['X']),
  shuffle_channel: rule('shuffle_channel', ['X']),
  channel_shuffle: rule('shuffle_channel', ['X'], ['Out'], {
    renamed: { groups: 'group' },
    finish: channelsFirst,
  }),
};
