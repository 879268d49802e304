"""pool2d in all its modes, and what PP-OCR and detectors use beside it."""

from .values import grid


def pool(name, x=(2, 3, 7, 8), type='pool2d', outs=('Out',), **attrs):
    attributes = {'pooling_type': 'max', 'ksize': [3, 3], 'strides': [1, 1], 'paddings': [0, 0], **attrs}
    if type == 'max_pool2d_with_index':
        del attributes['pooling_type']
    feed = grid(name, *x)
    if attributes.get('data_format') == 'NHWC':
        feed = feed.transpose(0, 2, 3, 1)
    return {'name': f'{type}/{name}', 'type': type, 'feeds': {'X': feed}, 'outs': list(outs), 'attrs': attributes}


def cases():
    for kind in ('max', 'avg'):
        yield pool(f'{kind}-plain', pooling_type=kind)
        yield pool(f'{kind}-padded', pooling_type=kind, paddings=[1, 1], strides=[2, 2])
        yield pool(f'{kind}-four-paddings', pooling_type=kind, paddings=[1, 0, 2, 1], strides=[2, 2])
        yield pool(f'{kind}-ceil', pooling_type=kind, ceil_mode=True, strides=[2, 2])
        yield pool(f'{kind}-ceil-padded', pooling_type=kind, ceil_mode=True, strides=[2, 2], paddings=[1, 1])
        yield pool(f'{kind}-ceil-last-in-padding', x=(1, 2, 6, 6), pooling_type=kind, ceil_mode=True, ksize=[2, 2], strides=[3, 3], paddings=[1, 1])
        yield pool(f'{kind}-same', pooling_type=kind, padding_algorithm='SAME', strides=[2, 2], paddings=[1, 1])
        yield pool(f'{kind}-same-even', pooling_type=kind, padding_algorithm='SAME', ksize=[2, 4], strides=[1, 3])
        yield pool(f'{kind}-valid', pooling_type=kind, padding_algorithm='VALID', strides=[2, 2], paddings=[1, 1])
        yield pool(f'{kind}-global', pooling_type=kind, global_pooling=True, paddings=[1, 1])
        yield pool(f'{kind}-channels-last', pooling_type=kind, data_format='NHWC', strides=[2, 2], paddings=[1, 0])
    # The maximum in bins is max_pool2d_with_index: the CPU kernel of pool2d takes no notice of adaptive then.
    for type, outs in (('pool2d', ('Out',)), ('max_pool2d_with_index', ('Out', '-Mask'))):
        bins = {'type': type, 'outs': outs, 'pooling_type': 'avg', 'adaptive': True}
        yield pool('adaptive', ksize=[3, 5], **bins)
        yield pool('adaptive-even', x=(1, 2, 6, 8), ksize=[3, 2], **bins)
        yield pool('adaptive-one', ksize=[1, 1], strides=[2, 2], paddings=[1, 1], **bins)
    yield pool('avg-inclusive', pooling_type='avg', exclusive=False, paddings=[1, 1], strides=[2, 2])
    yield pool('avg-inclusive-ceil', pooling_type='avg', exclusive=False, paddings=[1, 1], ceil_mode=True, strides=[2, 2])
    yield pool('avg-inclusive-four', pooling_type='avg', exclusive=False, paddings=[1, 0, 2, 1], strides=[2, 2])
    yield pool('avg-inclusive-same', pooling_type='avg', exclusive=False, padding_algorithm='SAME', strides=[1, 1])
    yield pool('plain', type='max_pool2d_with_index', outs=('Out', '-Mask'), paddings=[1, 1], strides=[2, 2])
    yield pool('plain', x=(1, 2, 4, 5, 6), type='pool3d', pooling_type='avg', ksize=[2, 2, 2], strides=[2, 1, 2], paddings=[1, 0, 0])
