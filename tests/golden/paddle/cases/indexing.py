"""Lookups, gathers, sorts and extremes by place."""

import numpy as np

from .values import grid, integers


def cases():
    table, ids = grid('table', 7, 4), integers('ids', 0, 7, 3, 2)
    lookup = {'feeds': {'Ids': ids}, 'params': {'W': table}, 'outs': ['Out']}
    yield {'name': 'lookup_table_v2/plain', 'type': 'lookup_table_v2', **lookup, 'attrs': {'padding_idx': -1}}
    yield {'name': 'lookup_table_v2/padding', 'type': 'lookup_table_v2', **lookup, 'attrs': {'padding_idx': int(ids[1, 0])}}
    squeezed = {**lookup, 'feeds': {'Ids': ids[..., None]}}
    yield {'name': 'lookup_table/plain', 'type': 'lookup_table', **squeezed, 'attrs': {'padding_idx': -1}}
    yield {'name': 'lookup_table/padding', 'type': 'lookup_table', **squeezed, 'attrs': {'padding_idx': int(ids[0, 1])}}
    x = grid('g', 3, 4, 5)

    def one(type, name, feeds, outs=('Out',), **attrs):
        return {'name': f'{type}/{name}', 'type': type, 'feeds': feeds, 'outs': list(outs), 'attrs': attrs}

    yield one('gather', 'rows', {'X': x, 'Index': np.array([2, 0, 2])}, axis=0)
    yield one('gather', 'axis', {'X': x, 'Index': np.array([3, 1])}, axis=1)
    yield one('gather', 'axis-tensor', {'X': x, 'Index': np.array([3, 1]), 'Axis': np.array([1])}, axis=0)
    yield one('gather', 'column', {'X': grid('g2', 4, 3), 'Index': np.array([[1], [3]])}, axis=0)
    yield one('gather_nd', 'pairs', {'X': x, 'Index': np.array([[0, 1], [2, 3]])})
    yield one('index_select', 'axis', {'X': x, 'Index': np.array([0, 2, 2])}, dim=2)
    yield one('take_along_axis', 'axis', {'Input': x, 'Index': integers('ta', 0, 4, 3, 2, 5)}, ('Result',), Axis=1)
    yield one('scatter', 'overwrite', {'X': grid('s', 4, 2), 'Ids': np.array([2, 0]), 'Updates': grid('su', 2, 2)}, overwrite=True)
    for type in ('arg_max', 'arg_min'):
        yield one(type, 'axis', {'X': x}, axis=1, keepdims=False, flatten=False, dtype=3)
        yield one(type, 'kept', {'X': x}, axis=-1, keepdims=True, flatten=False, dtype=2)
        yield one(type, 'default', {'X': x}, axis=-1)
        yield one(type, 'flat', {'X': x}, axis=0, keepdims=False, flatten=True, dtype=3)
    # Distinct values: the order of equal ones is not promised.
    distinct = np.random.default_rng(5).permutation(60).astype(np.float32).reshape(3, 4, 5)
    both = ('Out', 'Indices')
    yield one('top_k', 'plain', {'X': distinct}, both, k=2)
    yield one('top_k_v2', 'axis', {'X': distinct}, both, k=2, axis=1, largest=True, sorted=True)
    yield one('top_k_v2', 'smallest', {'X': distinct}, both, k=3, axis=-1, largest=False, sorted=True)
    yield one('top_k_v2', 'tensor', {'X': distinct, 'K': np.array([2], np.int32)}, both, k=1, axis=-1, largest=True, sorted=True)
    yield one('argsort', 'ascending', {'X': distinct}, both, axis=1, descending=False)
    yield one('argsort', 'descending', {'X': distinct}, both, axis=-1, descending=True)
    flags = integers('nz', 0, 2, 3, 4)
    yield one('where_index', 'plain', {'Condition': flags == 1})
