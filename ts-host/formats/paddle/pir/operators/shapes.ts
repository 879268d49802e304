// Operators that move elements, look them up, or make them.

import type { PaddleAttribute } from '../../program.js';
import { type Attributes, float, int, ints, type Rules, rule, sameNames } from '../rule.js';

const SHAPE = ints('shape', 'Shape', 'ShapeTensor');
const STARTS = ints('starts', 'StartsTensor', 'StartsTensorList');
const ENDS = ints('ends', 'EndsTensor', 'EndsTensorList');
const AXIS = int('axis', 'AxisTensor');

/** Where set_value writes. */
const PLACES = [
  ints('starts', undefined, 'StartsTensorList'),
  ints('ends', undefined, 'EndsTensorList'),
  ints('steps', undefined, 'StepsTensorList'),
];

const flag = (value: boolean): PaddleAttribute => ({ kind: 'bool', value });

/** Values stand under a name for each type of element. */
const VALUES: Readonly<Record<string, string>> = {
  floats: 'fp32_values',
  float64s: 'fp32_values',
  ints: 'int32_values',
  longs: 'int64_values',
  bools: 'bool_values',
};

function namedValues(attributes: Attributes): void {
  const values = attributes.get('values');
  const name = values && VALUES[values.kind];
  if (values === undefined || name === undefined) return;
  attributes.delete('values');
  attributes.set(name, values);
}

const MOVES: Rules = {
  reshape: rule('reshape2', ['X', SHAPE]),
  legacy_reshape: rule('reshape2', ['X', SHAPE]),
  transpose: rule('transpose2', ['X'], ['Out'], { renamed: { perm: 'axis' } }),
  squeeze: rule('squeeze2', ['X', ints('axes', 'AxesTensor', 'AxesTensorList')]),
  unsqueeze: rule('unsqueeze2', ['X', ints('axes', 'AxesTensor', 'AxesTensorList')]),
  flatten: rule('flatten_contiguous_range', ['X']),
  slice: rule('slice', ['Input', STARTS, ENDS]),
  strided_slice: rule('strided_slice', [
    'Input',
    STARTS,
    ENDS,
    ints('strides', 'StridesTensor', 'StridesTensorList'),
  ]),
  split: rule('split', ['X', ints('sections', undefined, 'SectionsTensorList'), AXIS]),
  split_with_num: rule('split', ['X', AXIS]),
  unstack: rule('unstack', ['X'], ['Y']),
  unbind: rule('unbind', ['X']),
  concat: rule('concat', ['X', AXIS]),
  stack: rule('stack', ['X'], ['Y']),
  expand: rule('expand_v2', ['X', ints('shape', 'Shape', 'expand_shapes_tensor')]),
  expand_as: rule('expand_as_v2', ['X', 'Y']),
  tile: rule('tile', ['X', ints('repeat_times', 'RepeatTimes', 'repeat_times_tensor')]),
  pad: rule('pad', ['X', float('pad_value')]),
  pad3d: rule('pad3d', ['X', ints('paddings', 'Paddings')], ['Out'], { renamed: { pad_value: 'value' } }),
  roll: rule('roll', ['X', ints('shifts', 'ShiftsTensor')]),
  tril: rule('tril_triu', ['X'], ['Out'], { fixed: { lower: flag(true) } }),
  triu: rule('tril_triu', ['X'], ['Out'], { fixed: { lower: flag(false) } }),
  ...sameNames(['flip', 'meshgrid', 'assign', 'share_data'], ['X']),
  unfold: rule('unfold', ['X'], ['Y']),
  set_value: rule('set_value', ['Input', ...PLACES], ['Out'], { finish: namedValues }),
  set_value_with_tensor: rule('set_value', ['Input', 'ValueTensor', ...PLACES]),
};

const LOOKUPS: Rules = {
  gather: rule('gather', ['X', 'Index', int('axis', 'Axis')]),
  gather_nd: rule('gather_nd', ['X', 'Index']),
  index_select: rule('index_select', ['X', 'Index'], ['Out'], { renamed: { axis: 'dim' } }),
  take_along_axis: rule('take_along_axis', ['Input', 'Index'], ['Result'], { renamed: { axis: 'Axis' } }),
  scatter: rule('scatter', ['X', 'Ids', 'Updates']),
  argmax: rule('arg_max', ['X', int('axis')]),
  argmin: rule('arg_min', ['X', int('axis')]),
  topk: rule('top_k_v2', ['X', int('k', 'K')], ['Out', 'Indices']),
  argsort: rule('argsort', ['X'], ['Out', 'Indices']),
  nonzero: rule('where_index', ['Condition']),
  one_hot: rule('one_hot_v2', ['X', int('depth', 'depth_tensor')]),
};

const MAKERS: Rules = {
  shape: rule('shape', ['Input']),
  numel: rule('size', ['Input']),
  full_like: rule('fill_any_like', ['X', float('value')]),
  full_with_tensor: rule('fill_constant', [
    float('value', 'ValueTensor'),
    ints('shape', 'ShapeTensor', 'ShapeTensorList'),
  ]),
  full_batch_size_like: rule('fill_constant_batch_size_like', ['Input']),
  assign_value: rule('assign_value', [], ['Out'], { finish: namedValues }),
  linspace: rule('linspace', ['Start', 'Stop', 'Num']),
  eye: rule('eye', [int('num_rows'), int('num_columns')]),
};

export const SHAPES: Rules = { ...MOVES, ...LOOKUPS, ...MAKERS };
