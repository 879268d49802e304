"""What moves elements: shapes, slices, joins, pads, and constants."""

import numpy as np

from .values import grid, integers

X = grid('layout', 2, 3, 4)
END = 2**31 - 1


def one(type, name='plain', x=X, outs=('Out',), argument='X', feeds=None, params=None, **attrs):
    return {
        'name': f'{type}/{name}', 'type': type, 'feeds': {argument: x, **(feeds or {})}, 'params': params or {},
        'outs': list(outs), 'attrs': attrs,
    }  # fmt: skip


def ints(*values, dtype=np.int32):
    return np.array(values, dtype)


def shapes():
    xshape = ('Out', '-XShape')
    for type, outs in (('reshape', ('Out',)), ('reshape2', xshape)):
        yield one(type, 'zero', outs=outs, shape=[0, -1])
        yield one(type, 'minus-one', outs=outs, shape=[4, -1, 2])
    yield {**one('reshape2', 'batch', outs=xshape, shape=[-1, 12]), 'dynamic': ('X',)}
    yield {**one('reshape2', 'batch-zero', outs=xshape, shape=[0, 2, 6]), 'dynamic': ('X',)}
    yield one('reshape2', 'shape', outs=xshape, feeds={'Shape': ints(6, 4)}, shape=[4, 6])
    yield one('reshape2', 'shape-tensors', outs=xshape, feeds={'ShapeTensor': [ints(4), ints(-1)]}, shape=[-1, -1])
    for type, outs in (('transpose', ('Out',)), ('transpose2', xshape)):
        yield one(type, outs=outs, axis=[2, 0, 1])
    x = grid('ones', 2, 1, 3, 1)
    for name, axes in (('one', [1]), ('negative', [-1]), ('all', []), ('not-one', [1, 2])):
        yield one('squeeze2', name, x, xshape, axes=axes)
    for name, axes in (('one', [1]), ('two', [0, 2]), ('negative', [-1]), ('in-turn', [-1, 0])):
        yield one('unsqueeze2', name, outs=xshape, axes=axes)
    y = grid('flatten', 2, 3, 4, 5)
    for start, stop in ((1, -1), (0, 1), (1, 2), (-2, -1), (0, -1)):
        yield one('flatten_contiguous_range', f'{start}to{stop}', y, xshape, start_axis=start, stop_axis=stop)
    for axis in (0, 1, 2, 4):
        yield one('flatten2', f'axis{axis}', y, xshape, axis=axis)
    yield one('shape', argument='Input')
    yield one('size', argument='Input')


def slices():
    y = grid('slice', 3, 4, 5)
    for name, attrs in (
        ('one', {'axes': [1], 'starts': [1], 'ends': [3]}),
        ('negative', {'axes': [0, 2], 'starts': [-2, 1], 'ends': [END, -1]}),
        ('decrease', {'axes': [0], 'starts': [1], 'ends': [2], 'decrease_axis': [0]}),
        ('decrease-last', {'axes': [1, 2], 'starts': [0, -1], 'ends': [2, END], 'decrease_axis': [2]}),
        ('decrease-all', {'axes': [0, 1, 2], 'starts': [1, 2, 3], 'ends': [2, 3, 4], 'decrease_axis': [0, 1, 2]}),
        ('past-the-end', {'axes': [1], 'starts': [2], 'ends': [100]}),
    ):
        yield one('slice', name, y, argument='Input', infer_flags=[1] * len(attrs['axes']), **attrs)
    tensors = {'StartsTensor': ints(1), 'EndsTensor': ints(3)}
    yield one('slice', 'tensors', y, argument='Input', feeds=tensors, axes=[1], starts=[0], ends=[0], infer_flags=[-1])
    lists = {'StartsTensorList': [ints(1), ints(0)], 'EndsTensorList': [ints(3), ints(2)]}
    yield one('slice', 'tensor-lists', y, argument='Input', feeds=lists, axes=[1, 2], starts=[-1, -1], ends=[-1, -1], infer_flags=[-1, -1])
    for name, attrs in (
        ('steps', {'axes': [1, 2], 'starts': [0, 1], 'ends': [4, 5], 'strides': [2, 3]}),
        ('backwards', {'axes': [2], 'starts': [4], 'ends': [0], 'strides': [-2]}),
        ('decrease', {'axes': [0], 'starts': [1], 'ends': [2], 'strides': [1], 'decrease_axis': [0]}),
    ):
        yield one('strided_slice', name, y, argument='Input', infer_flags=[1] * len(attrs['axes']), **attrs)
    z = grid('split', 4, 6)
    yield one('split', 'num', z, ('Out*3',), num=3, axis=1, sections=[])
    yield one('split', 'sections', z, ('Out*3',), sections=[1, 3, 2], axis=1, num=0)
    yield one('split', 'rest', z, ('Out*3',), sections=[1, -1, 2], axis=1, num=0)
    yield one('split', 'axis-tensor', z, ('Out*2',), feeds={'AxisTensor': ints(0)}, num=2, axis=1, sections=[])
    yield one('unstack', 'axis', z, ('Y*4',), axis=0, num=4)
    yield one('unbind', 'axis', z, ('Out*4',), axis=0)


def joins():
    y = grid('join', 2, 3, 4)
    yield one('concat', 'axis', [X, y], axis=1)
    yield one('concat', 'negative', [X, y, X], axis=-1)
    yield one('concat', 'one', [X], axis=0)
    yield one('concat', 'axis-tensor', [X, y], feeds={'AxisTensor': ints(0)}, axis=1)
    yield one('stack', 'first', [X, y], ('Y',), axis=0)
    yield one('stack', 'last', [X, y], ('Y',), axis=-1)
    yield one('expand_v2', 'shape', grid('ex', 1, 3, 1), shape=[2, 3, 4])
    yield one('expand_v2', 'keep', grid('ex', 1, 3, 1), shape=[5, 2, -1, 4])
    yield one('expand_v2', 'tensor', grid('ex', 1, 3, 1), feeds={'Shape': ints(2, 3, 2)}, shape=[-1, -1, -1])
    yield one('expand_as_v2', 'plain', grid('ex', 1, 3, 1), feeds={'Y': X}, target_shape=[2, 3, 4])
    yield one('expand', 'times', grid('ex', 1, 3, 1), expand_times=[2, 1, 3])
    yield one('tile', 'times', X, repeat_times=[2, 1, 2])
    yield one('tile', 'fewer', X, repeat_times=[2])
    yield one('tile', 'more', X, repeat_times=[2, 1, 1, 2])
    yield one('pad', 'plain', X, paddings=[0, 1, 2, 0, 1, 1], pad_value=-1.0)
    for mode in ('constant', 'reflect', 'replicate', 'circular'):
        yield one('pad3d', mode, grid('pad3', 1, 2, 3, 4, 3), paddings=[1, 2, 1, 0, 0, 1], mode=mode, value=0.5, data_format='NCDHW')
    yield one('pixel_shuffle', x=grid('ps', 1, 8, 2, 3), upscale_factor=2)
    yield one('shuffle_channel', x=grid('sc', 1, 6, 2, 3), group=2)
    yield one('flip', x=X, axis=[0, -1])
    yield one('roll', x=X, shifts=[1, -1], axis=[0, 2])
    yield one('tril_triu', 'lower', x=grid('tri', 4, 5), diagonal=1, lower=True)
    yield one('tril_triu', 'upper', x=grid('tri', 4, 5), diagonal=0, lower=False)
    yield one('meshgrid', x=[grid('g1', 3), grid('g2', 4)], outs=('Out*2',))
    yield one('assign')
    yield one('share_data')


def constants():
    yield {'name': 'fill_constant/float', 'type': 'fill_constant', 'feeds': {}, 'outs': ['Out'], 'attrs': {'shape': [2, 3], 'value': 1.5, 'str_value': '1.5', 'dtype': 5}}
    yield {'name': 'fill_constant/string', 'type': 'fill_constant', 'feeds': {}, 'outs': ['Out'], 'attrs': {'shape': [2], 'value': 0.0, 'str_value': '9007199254740993', 'dtype': 3}}
    yield {'name': 'fill_constant/shape', 'type': 'fill_constant', 'feeds': {'ShapeTensor': ints(2, 2)}, 'outs': ['Out'], 'attrs': {'shape': [], 'value': 2.0, 'str_value': '', 'dtype': 2}}
    yield {'name': 'fill_constant/value', 'type': 'fill_constant', 'feeds': {'ValueTensor': np.array([2.5], np.float32)}, 'outs': ['Out'], 'attrs': {'shape': [3], 'value': 0.0, 'dtype': 5}}
    yield one('fill_constant_batch_size_like', argument='Input', shape=[-1, 5], value=0.25, str_value='0.25', dtype=5, input_dim_idx=0, output_dim_idx=0)
    yield one('fill_constant_batch_size_like', 'dims', argument='Input', shape=[3, -1], value=1.0, str_value='1', dtype=3, input_dim_idx=2, output_dim_idx=1)
    yield one('fill_any_like', value=3.5, dtype=-1)
    yield one('fill_any_like', 'dtype', value=3.0, dtype=3)
    yield one('fill_zeros_like')
    yield {'name': 'assign_value/float', 'type': 'assign_value', 'feeds': {}, 'outs': ['Out'], 'attrs': {'shape': [2, 2], 'dtype': 5, 'fp32_values': [1.0, 2.5, -3.0, 0.0]}}
    yield {'name': 'assign_value/int64', 'type': 'assign_value', 'feeds': {}, 'outs': ['Out'], 'attrs': {'shape': [3], 'dtype': 3, 'int64_values': [1, -2, 3]}}
    yield {'name': 'range/int64', 'type': 'range', 'feeds': {'Start': np.array([1]), 'End': np.array([9]), 'Step': np.array([3])}, 'outs': ['Out']}
    yield {'name': 'linspace/plain', 'type': 'linspace', 'feeds': {'Start': np.array([0], np.float32), 'Stop': np.array([1], np.float32), 'Num': ints(5)}, 'outs': ['Out'], 'attrs': {'dtype': 5}}
    yield {'name': 'eye/plain', 'type': 'eye', 'feeds': {}, 'outs': ['Out'], 'attrs': {'num_rows': 3, 'num_columns': 4, 'dtype': 5}}


def assignments():
    def written(name, value=None, **attrs):
        feeds = {} if value is None else {'ValueTensor': grid(f'sv-{name}', *value)}
        steps = [1] * len(attrs['axes'])
        return one('set_value', name, argument='Input', feeds=feeds, steps=steps, dtype=5, **attrs)

    yield written('corner', axes=[1, 2], starts=[0, -2], ends=[-1, END], values=[7.5], shape=[1])
    yield written('list', axes=[2], starts=[-3], ends=[-1], values=[1.0, 2.0], shape=[2])
    yield written('nothing', axes=[1], starts=[1], ends=[1], values=[1.0], shape=[1])
    yield written('dropped', (2, 4), axes=[1], starts=[1], ends=[2], decrease_axes=[1], shape=[])
    yield written('dropped-both', (2,), axes=[1, 2], starts=[0, 3], ends=[1, 4], decrease_axes=[1, 2], shape=[])
    computed = {'StartsTensorList': [ints(1, dtype=np.int64)], 'EndsTensorList': [ints(3, dtype=np.int64)], 'ValueTensor': grid('svc', 4)}
    yield one('set_value', 'computed', argument='Input', feeds=computed, axes=[1], starts=[], ends=[], steps=[1], shape=[], dtype=5)


def windows():
    x = grid('unfold', 2, 3, 6, 8)
    for name, size, stride, pads, dilation in (
        ('patches', [2, 4], [2, 4], [0, 0, 0, 0], [1, 1]),
        ('overlapping', [3, 2], [1, 2], [1, 0, 1, 0], [1, 1]),
        ('dilated', [2, 2], [1, 1], [0, 1, 2, 3], [2, 3]),
    ):
        yield one('unfold', name, x, outs=('Y',), kernel_sizes=size, strides=stride, paddings=pads, dilations=dilation)


def cases():
    yield from shapes()
    yield from slices()
    yield from joins()
    yield from constants()
    yield from windows()
    yield one('set_value', 'slice', argument='Input', feeds={'ValueTensor': grid('sv', 3, 2)}, axes=[2], starts=[1], ends=[3], steps=[1], shape=[], dtype=5)
    yield from assignments()
    x = integers('unique', 0, 4, 6)
    yield one('one_hot_v2', x=x, depth=4, dtype=5, allow_out_of_range=False)
