"""Normalizations: which dims they go over, whether scale and shift are there, and where epsilon stands."""

import numpy as np

from .values import grid, positive


def batch_norm(name, x, **attrs):
    channels = x[-1] if attrs.get('data_layout') == 'NHWC' else x[1]
    params = {
        'Scale': positive(name, channels),
        'Bias': grid(name + 'b', channels),
        'Mean': grid(name + 'm', channels),
        'Variance': positive(name + 'v', channels),
    }
    return {
        'name': f'batch_norm/{name}',
        'type': 'batch_norm',
        'feeds': {'X': grid(name, *x)},
        'params': params,
        'outs': ['Y', '-MeanOut=Mean', '-VarianceOut=Variance', '-SavedMean', '-SavedVariance'],
        'attrs': {'epsilon': 1e-5, 'momentum': 0.9, 'is_test': True, 'data_layout': 'NCHW', **attrs},
    }


def layer_norm(name, x, axis, scale=True, shift=True, **attrs):
    size = int(np.prod(x[axis:]))
    params = {**({'Scale': positive(name, size)} if scale else {}), **({'Bias': grid(name + 'b', size)} if shift else {})}
    return {
        'name': f'layer_norm/{name}',
        'type': 'layer_norm',
        'feeds': {'X': grid(name, *x)},
        'params': params,
        'outs': ['Y', '-Mean', '-Variance'],
        'attrs': {'begin_norm_axis': axis, 'epsilon': 1e-5, **attrs},
    }


def other(type, name, x, outs, attrs, channels=None):
    params = {} if channels is None else {'Scale': positive(name, channels), 'Bias': grid(name + 'b', channels)}
    return {'name': f'{type}/{name}', 'type': type, 'feeds': {'X': grid(name, *x)}, 'params': params, 'outs': outs, 'attrs': attrs}


def cases():
    yield batch_norm('plain', [2, 3, 4, 5])
    yield batch_norm('epsilon', [2, 3, 4, 5], epsilon=0.001)
    yield batch_norm('global-stats', [2, 3, 4, 5], is_test=False, use_global_stats=True)
    yield batch_norm('rank-two', [4, 3])
    yield batch_norm('rank-three', [2, 3, 5])
    yield batch_norm('channels-last', [2, 4, 5, 3], data_layout='NHWC')
    yield layer_norm('last', [2, 3, 8], 2)
    yield layer_norm('from-one', [2, 3, 4], 1)
    yield layer_norm('from-two-of-four', [2, 3, 4, 2], 2, epsilon=0.001)
    yield layer_norm('no-scale', [2, 3, 8], 2, scale=False)
    yield layer_norm('no-shift', [2, 3, 8], 2, shift=False)
    yield layer_norm('bare', [2, 3, 8], 1, scale=False, shift=False)
    yield other('instance_norm', 'plain', [2, 3, 4, 5], ['Y', '-SavedMean', '-SavedVariance'], {'epsilon': 1e-5}, 3)
    yield other('instance_norm', 'bare', [2, 3, 4, 5], ['Y', '-SavedMean', '-SavedVariance'], {'epsilon': 1e-3})
    groups = {'epsilon': 1e-5, 'groups': 2, 'data_layout': 'NCHW'}
    yield other('group_norm', 'plain', [2, 4, 3, 5], ['Y', '-Mean', '-Variance'], groups, 4)
    yield other('group_norm', 'bare', [2, 4, 3, 5], ['Y', '-Mean', '-Variance'], groups)
    yield other('norm', 'axis', [2, 3, 4], ['Out', '-Norm'], {'axis': 1, 'epsilon': 1e-10, 'is_test': True})
    yield other('norm', 'last', [2, 3, 4], ['Out', '-Norm'], {'axis': -1, 'epsilon': 0.5, 'is_test': True})
    yield other('lrn', 'plain', [2, 6, 3, 3], ['Out', '-MidOut'], {'n': 5, 'k': 2.0, 'alpha': 1e-2, 'beta': 0.75})
    for order in (1.0, 2.0, float('inf')):
        yield other('p_norm', f'order-{order}', [2, 3, 4], ['Out'], {'porder': order, 'axis': 1, 'keepdim': order == 2.0})
    yield other('p_norm', 'all', [2, 3, 4], ['Out'], {'porder': 2.0, 'axis': -1, 'asvector': True})
    x = grid('affine', 2, 3, 4, 4)
    yield {
        'name': 'affine_channel/plain',
        'type': 'affine_channel',
        'feeds': {'X': x},
        'params': {'Scale': positive('affine', 3), 'Bias': grid('affineb', 3)},
        'outs': ['Out'],
        'attrs': {'data_layout': 'NCHW'},
    }
