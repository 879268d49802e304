"""Activations with their constants, softmax, scale, clip, dropout, cast."""

import numpy as np

from .values import grid, positive

X = grid('activation', 3, 40, span=256)


def one(type, name='plain', x=X, outs=('Out',), params=None, feeds=None, **attrs):
    return {
        'name': f'{type}/{name}', 'type': type, 'feeds': {'X': x, **(feeds or {})}, 'params': params or {},
        'outs': list(outs), 'attrs': attrs,
    }  # fmt: skip


def unary():
    for type in (
        'relu', 'sigmoid', 'tanh', 'exp', 'abs', 'square', 'floor', 'ceil', 'sin', 'cos', 'erf', 'sign', 'silu', 'softsign', 'logsigmoid',
        'tanh_shrink', 'atan', 'sinh', 'cosh',
    ):  # fmt: skip
        yield one(type)
    yield one('round', x=np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4, -0.6, 3.2], np.float32))
    for type in ('sqrt', 'rsqrt', 'log', 'log2', 'log10', 'log1p', 'reciprocal'):
        yield one(type, x=positive('positive', 3, 20))
    yield one('relu6', threshold=6.0)
    yield one('relu6', 'threshold', threshold=4.0)
    yield one('gelu', approximate=False)
    yield one('gelu', 'tanh', approximate=True)
    yield one('swish', beta=1.0)
    yield one('swish', 'beta', beta=1.5)
    yield one('mish')
    yield one('softplus', beta=1.0, threshold=20.0)
    yield one('softplus', 'beta', beta=2.0, threshold=3.0)
    yield one('elu', alpha=0.7)
    yield one('selu', alpha=1.6732632423543772, scale=1.0507009873554805)
    yield one('celu', alpha=1.3)
    yield one('leaky_relu', alpha=0.1)
    yield one('thresholded_relu', threshold=1.5)
    yield one('hard_swish', threshold=6.0, scale=6.0, offset=3.0)
    yield one('hard_sigmoid', slope=0.2, offset=0.5)
    yield one('hard_sigmoid', 'sixth', slope=1 / 6, offset=0.5)
    yield one('hard_sigmoid', 'default')
    yield one('hard_shrink', threshold=0.75)
    yield one('softshrink', **{'lambda': 0.75})
    yield one('brelu', t_min=-1.0, t_max=2.0)
    yield one('pow', factor=3.0)
    yield one('pow', 'square', factor=2.0)


def cases():
    yield from unary()
    x = grid('prelu', 2, 3, 4, 5)
    yield one('prelu', 'all', x, params={'Alpha': grid('a', 1)}, mode='all')
    yield one('prelu', 'channel', x, params={'Alpha': grid('c', 3)}, mode='channel', data_format='NCHW')
    yield one('prelu', 'channel-of-rank-four', x, params={'Alpha': grid('c', 1, 3, 1, 1)}, mode='channel', data_format='NCHW')
    yield one('prelu', 'element', x, params={'Alpha': grid('e', 1, 3, 4, 5)}, mode='element')
    for axis in (-1, 1, 0):
        yield one('softmax', f'axis{axis}', x, axis=axis)
    yield one('log_softmax', x=x, axis=1)
    yield one('scale', 'after', scale=2.0, bias=0.5, bias_after_scale=True)
    yield one('scale', 'before', scale=2.0, bias=0.5, bias_after_scale=False)
    yield one('scale', 'tensor', feeds={'ScaleTensor': np.array([3.0], np.float32)}, scale=1.0, bias=0.5, bias_after_scale=True)
    yield one('scale', 'integers', np.arange(-4, 5), scale=3.0, bias=2.0, bias_after_scale=True)
    yield one('scale', 'one', scale=1.0, bias=0.0, bias_after_scale=True)
    yield one('clip', min=-1.0, max=2.0)
    yield one('clip', 'tensors', feeds={'Min': np.array([-0.5], np.float32), 'Max': np.array([1.0], np.float32)}, min=0.0, max=0.0)
    for implementation in ('upscale_in_train', 'downgrade_in_infer'):
        yield one('dropout', implementation, outs=('Out', '-Mask'), dropout_prob=0.3, is_test=True, dropout_implementation=implementation)
    types = {'bool': 0, 'int32': 2, 'int64': 3, 'float32': 5, 'float64': 6, 'uint8': 20, 'int8': 21}
    for source, target in (
        ('float32', 'int32'), ('float32', 'int64'), ('float32', 'bool'), ('float32', 'float64'), ('int64', 'float32'), ('int64', 'int32'), ('bool', 'float32'),
        ('int32', 'bool'), ('int32', 'int8'),
    ):  # fmt: skip
        x = (np.arange(-6, 7) * (0.75 if source == 'float32' else 1)).astype(source)
        yield one('cast', f'{source}-{target}', x, in_dtype=types[source], out_dtype=types[target])
    for type in ('isnan', 'isinf', 'isfinite'):
        yield one(f'{type}_v2', x=np.array([1, np.nan, np.inf, -np.inf, 0], np.float32))
    yield one('maxout', x=grid('maxout', 2, 6, 3, 3), groups=2, axis=1)
    yield one('increment', x=np.array([3.0], np.float32), step=2.0)
