"""Interpolation of both generations: how corners align, where the size comes from, and rounding of a scale."""

import numpy as np

from .values import grid

X = grid('resize', 1, 2, 5, 6)
KINDS = {'nearest': 'nearest', 'bilinear': 'bilinear', 'bicubic': 'bicubic'}


def resize(type, name, x=X, feeds=None, **attrs):
    kind = type.split('_')[0]
    attributes = {'interp_method': kind, 'align_corners': False, 'align_mode': 1, 'out_h': -1, 'out_w': -1, 'data_layout': 'NCHW', **attrs}
    return {'name': f'{type}/{name}', 'type': type, 'feeds': {'X': x, **(feeds or {})}, 'outs': ['Out'], 'attrs': attributes}


def cases():
    for kind in KINDS:
        type = f'{kind}_interp_v2'
        for corners in (False, True):
            for mode in (0, 1) if kind == 'bilinear' else (1,):
                name = f"{'corners' if corners else 'edges'}-mode{mode}"
                yield resize(type, f'up-{name}', out_h=9, out_w=13, align_corners=corners, align_mode=mode)
                yield resize(type, f'down-{name}', out_h=3, out_w=4, align_corners=corners, align_mode=mode)
                yield resize(type, f'scale-{name}', scale=[2.0, 1.5], align_corners=corners, align_mode=mode)
        yield resize(type, 'scale-of-size', scale=[2.0, 2.0], out_h=9, out_w=11)
        yield resize(type, 'odd-scale', scale=[1.7, 0.6], align_mode=0)
        yield resize(type, 'out-size', feeds={'OutSize': np.array([8, 7], np.int32)}, align_mode=0)
        tensors = {'SizeTensor': [np.array([8], np.int32), np.array([7], np.int32)]}
        yield resize(type, 'size-tensors', feeds=tensors, align_mode=0)
        yield resize(type, 'scale-tensor', feeds={'Scale': np.array([2.0, 3.0], np.float32)}, align_mode=0)
    for kind in ('nearest', 'bilinear'):
        type = f'{kind}_interp'
        yield resize(type, 'size', out_h=9, out_w=13)
        yield resize(type, 'size-half-pixel', out_h=9, out_w=13, align_mode=0)
        yield resize(type, 'corners', out_h=9, out_w=13, align_corners=True)
        yield resize(type, 'scale', scale=2.0)
        yield resize(type, 'scale-half-pixel', scale=1.5, align_mode=0)
    yield resize('bilinear_interp_v2', 'channels-last', X.transpose(0, 2, 3, 1).copy(), out_h=8, out_w=7, data_layout='NHWC', align_mode=0)
    yield resize('linear_interp_v2', 'half-pixel', grid('l', 1, 2, 5), out_w=9, align_mode=0)
    yield resize('trilinear_interp_v2', 'half-pixel', grid('t', 1, 2, 3, 4, 5), out_d=5, out_h=6, out_w=7, align_mode=0)
    theta = np.array([[[0.8, 0.1, 0.05], [-0.2, 0.9, 0.1]]], np.float32)
    for name, corners in (('plain', False), ('corners', True)):
        attrs = {'align_corners': corners, 'output_shape': [1, 2, 4, 5]}
        yield {'name': f'affine_grid/{name}', 'type': 'affine_grid', 'feeds': {'Theta': theta}, 'outs': ['Output'], 'attrs': attrs}
    for mode in ('bilinear', 'nearest'):
        for padding in ('zeros', 'border', 'reflection'):
            corners = padding == 'border'
            yield {
                'name': f'grid_sampler/{mode}-{padding}', 'type': 'grid_sampler', 'outs': ['Output'],
                'feeds': {'X': X, 'Grid': grid('sampler' + padding, 1, 4, 5, 2, span=40)},
                'attrs': {'mode': mode, 'padding_mode': padding, 'align_corners': corners},
            }  # fmt: skip
