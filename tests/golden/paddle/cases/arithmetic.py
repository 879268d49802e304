"""Elementwise operators with their axis, products of matrices in all of Paddle's forms, reductions, comparisons."""

import numpy as np

from .values import grid, integers, positive


def two(type, name, x, y, param=False, out='Out', **attrs):
    places = {'feeds': {'X': x}, 'params': {'Y': y}} if param else {'feeds': {'X': x, 'Y': y}}
    return {'name': f'{type}/{name}', 'type': type, **places, 'outs': [out], 'attrs': attrs}


def elementwise():
    x = grid('e', 2, 3, 4, 5)
    yield two('elementwise_add', 'same', x, grid('same', 2, 3, 4, 5), axis=-1)
    yield two('elementwise_add', 'trailing', x, grid('t', 5), True, axis=-1)
    yield two('elementwise_add', 'channels', x, grid('c', 3), True, axis=1)
    yield two('elementwise_add', 'first', x, grid('f', 2), True, axis=0)
    yield two('elementwise_add', 'middle', x, grid('m', 3, 4), True, axis=1)
    yield two('elementwise_add', 'trailing-ones', x, grid('o', 3, 1, 1), True, axis=1)
    yield two('elementwise_add', 'scalar', x, grid('s', 1), True, axis=-1)
    yield two('elementwise_add', 'wider-second', grid('w', 4, 5), x, axis=-1)
    yield two('elementwise_add', 'both-ones', grid('b1', 2, 1, 4), grid('b2', 1, 3, 1), axis=-1)
    yield two('elementwise_sub', 'channels', x, grid('c', 3), True, axis=1)
    yield two('elementwise_mul', 'channels', x, grid('c', 2, 3), axis=0)
    yield two('elementwise_div', 'channels', x, positive('d', 3), True, axis=1)
    yield two('elementwise_max', 'trailing', x, grid('t', 5), axis=-1)
    yield two('elementwise_min', 'trailing', x, grid('t', 5), axis=-1)
    yield two('elementwise_pow', 'same', positive('p', 2, 3), grid('p2', 2, 3), axis=-1)
    i, j = integers('i', -20, 20, 3, 4), integers('j', 1, 7, 3, 4)
    signs = np.where(integers('k', 0, 2, 3, 4) == 0, -1, 1)
    yield two('elementwise_mod', 'integers', i, j * signs, axis=-1)
    yield two('elementwise_mod', 'floats', grid('mf', 3, 4), positive('mg', 3, 4), axis=-1)
    yield two('elementwise_floordiv', 'integers', i, j * signs, axis=-1)
    yield two('elementwise_add', 'integers', i, j, axis=-1)
    yield two('elementwise_div', 'integers', i, j * signs, axis=-1)


def products():
    x, y = grid('x', 2, 3, 4), grid('y', 4, 5)
    yield two('mul', 'plain', grid('m', 3, 4), y, True, x_num_col_dims=1, y_num_col_dims=1)
    yield two('mul', 'flatten', x, grid('y12', 12, 5), True, x_num_col_dims=1, y_num_col_dims=1)
    yield two('mul', 'two-rows', x, y, True, x_num_col_dims=2, y_num_col_dims=1)
    yield two('mul', 'wide-right', grid('m', 3, 4), grid('y3', 2, 2, 3), True, x_num_col_dims=1, y_num_col_dims=2)
    for type, left, right in (('matmul', 'transpose_X', 'transpose_Y'), ('matmul_v2', 'trans_x', 'trans_y')):
        alpha = {'alpha': 0.5} if type == 'matmul' else {}
        z = grid('z', 2, 4, 5)
        yield two(type, 'plain', x, y, True, **{left: False, right: False})
        yield two(type, 'batch', x, z, **{left: False, right: False}, **alpha)
        yield two(type, 'left', x.swapaxes(1, 2).copy(), z, **{left: True, right: False}, **alpha)
        yield two(type, 'right', x, z.swapaxes(1, 2).copy(), **{left: False, right: True})
        yield two(type, 'both', x.swapaxes(1, 2).copy(), z.swapaxes(1, 2).copy(), **{left: True, right: True})
        yield two(type, 'vector-right', x, grid('v', 4), **{left: False, right: False})
        yield two(type, 'vectors', grid('v', 4), grid('u', 4), **{left: False, right: False})
    yield two('matmul_v2', 'vector-left', grid('v', 4), grid('z', 2, 4, 5), trans_x=False, trans_y=False)
    yield two('matmul_v2', 'vector-left-flag', grid('v', 4), grid('z', 2, 4, 5), trans_x=True, trans_y=False)
    yield two('matmul_v2', 'broadcast', grid('b1', 2, 1, 3, 4), grid('b2', 5, 4, 2), trans_x=False, trans_y=False)
    yield two('bmm', 'plain', x, grid('z', 2, 4, 5))
    yield {
        'name': 'addmm/plain', 'type': 'addmm', 'outs': ['Out'], 'attrs': {'Alpha': 0.5, 'Beta': 2.0},
        'feeds': {'Input': grid('i', 3, 5), 'X': grid('x2', 3, 4), 'Y': y},
    }  # fmt: skip
    for name, attrs, dims in (
        ('plain', {'in_num_col_dims': 1, 'activation_type': ''}, (3, 4)),
        ('relu', {'in_num_col_dims': 2, 'activation_type': 'relu'}, (2, 3, 4)),
    ):
        yield {
            'name': f'fc/{name}', 'type': 'fc', 'feeds': {'Input': grid(name, *dims)}, 'outs': ['Out'],
            'params': {'W': y, 'Bias': grid('bias', 5)}, 'attrs': attrs,
        }  # fmt: skip


def reductions():
    x = grid('r', 2, 3, 4)
    for type in ('reduce_mean', 'reduce_sum', 'reduce_max', 'reduce_min', 'reduce_prod'):
        yield {'name': f'{type}/axis', 'type': type, 'feeds': {'X': x}, 'outs': ['Out'], 'attrs': {'dim': [1], 'keep_dim': False, 'reduce_all': False}}
    for name, attrs in (
        ('kept', {'dim': [-1, 0], 'keep_dim': True, 'reduce_all': False}),
        ('all', {'dim': [0], 'keep_dim': False, 'reduce_all': True}),
        ('all-kept', {'dim': [0], 'keep_dim': True, 'reduce_all': True}),
        ('every-dim', {'dim': [0, 1, 2], 'keep_dim': False, 'reduce_all': False}),
    ):
        yield {'name': f'reduce_mean/{name}', 'type': 'reduce_mean', 'feeds': {'X': x}, 'outs': ['Out'], 'attrs': attrs}
    flags = integers('flags', 0, 2, 3, 4) == 1
    for type in ('reduce_all', 'reduce_any'):
        yield {'name': f'{type}/axis', 'type': type, 'feeds': {'X': flags}, 'outs': ['Out'], 'attrs': {'dim': [1], 'keep_dim': False, 'reduce_all': False}}
    yield {'name': 'mean/plain', 'type': 'mean', 'feeds': {'X': x}, 'outs': ['Out']}
    yield {'name': 'sum/three', 'type': 'sum', 'feeds': {'X': [x, x + 1, -x]}, 'outs': ['Out']}
    yield {'name': 'logsumexp/axis', 'type': 'logsumexp', 'feeds': {'X': x}, 'outs': ['Out'], 'attrs': {'axis': [1], 'keepdim': True, 'reduce_all': False}}
    for name, attrs in (
        ('axis', {'axis': 1, 'flatten': False}),
        ('reverse', {'axis': 1, 'flatten': False, 'reverse': True}),
        ('exclusive', {'axis': 1, 'flatten': False, 'exclusive': True}),
        ('flat', {'axis': -1, 'flatten': True}),
    ):
        yield {'name': f'cumsum/{name}', 'type': 'cumsum', 'feeds': {'X': x}, 'outs': ['Out'], 'attrs': attrs}


def comparisons():
    x, y = integers('cx', 0, 3, 3, 4), integers('cy', 0, 3, 3, 4)
    for type in ('equal', 'not_equal', 'less_than', 'less_equal', 'greater_than', 'greater_equal'):
        yield two(type, 'integers', x, y, axis=-1)
    yield two('less_than', 'floats', x.astype(np.float32), y[0].astype(np.float32), axis=-1)
    for type in ('logical_and', 'logical_or', 'logical_xor'):
        yield two(type, 'bools', x > 0, y > 1)
    yield {'name': 'logical_not/bools', 'type': 'logical_not', 'feeds': {'X': x > 0}, 'outs': ['Out']}
    yield {
        'name': 'where/plain', 'type': 'where', 'outs': ['Out'],
        'feeds': {'Condition': x > 0, 'X': grid('wx', 3, 4), 'Y': grid('wy', 3, 4)},
    }  # fmt: skip


def cases():
    yield from elementwise()
    yield from products()
    yield from reductions()
    yield from comparisons()
