"""conv2d and its kin: paddings of two and four, the named algorithms, groups, dilations, output sizes."""

from .values import grid


def convolution(name, type, x, w, **attrs):
    attributes = {'strides': [1, 1], 'paddings': [0, 0], 'dilations': [1, 1], 'groups': 1, 'data_format': 'NCHW', **attrs}
    if attributes['data_format'] == 'NHWC':
        x = [x[0], *x[2:], x[1]]
    return {
        'name': f'{type}/{name}',
        'type': type,
        'feeds': {'Input': grid(name, *x)},
        'params': {'Filter': grid(name + 'w', *w, step=64)},
        'outs': ['Output'],
        'attrs': attributes,
        'dynamic': ('Input',) if name == 'batch' else (),
    }


def cases():
    x, w = [2, 3, 9, 8], [4, 3, 3, 3]
    yield convolution('plain', 'conv2d', x, w)
    yield convolution('batch', 'conv2d', x, w, paddings=[1, 1])
    yield convolution('two-paddings', 'conv2d', x, w, paddings=[2, 1], strides=[2, 1])
    yield convolution('four-paddings', 'conv2d', x, w, paddings=[2, 0, 1, 3], strides=[2, 2])
    yield convolution('explicit', 'conv2d', x, w, paddings=[1, 2], padding_algorithm='EXPLICIT')
    yield convolution('same', 'conv2d', x, w, padding_algorithm='SAME', strides=[2, 3], paddings=[1, 1])
    yield convolution('same-dilated', 'conv2d', x, w, padding_algorithm='SAME', strides=[1, 1], dilations=[2, 2])
    yield convolution('same-even', 'conv2d', x, [4, 3, 2, 4], padding_algorithm='SAME', strides=[2, 1])
    yield convolution('valid', 'conv2d', x, w, padding_algorithm='VALID', strides=[2, 2], paddings=[1, 1])
    yield convolution('dilated', 'conv2d', x, w, dilations=[2, 3], paddings=[2, 3])
    yield convolution('groups', 'conv2d', [1, 4, 6, 7], [6, 2, 3, 2], groups=2, paddings=[1, 0])
    yield convolution('pointwise', 'conv2d', [2, 5, 4, 4], [7, 5, 1, 1], strides=[2, 2])
    yield convolution('channels-last', 'conv2d', x, w, data_format='NHWC', paddings=[1, 0, 2, 1])
    yield convolution('any-layout', 'conv2d', x, w, data_format='AnyLayout', paddings=[1, 1])
    depthwise = [1, 4, 7, 6]
    yield convolution('plain', 'depthwise_conv2d', depthwise, [4, 1, 3, 3], groups=4, paddings=[1, 1])
    yield convolution('stride', 'depthwise_conv2d', depthwise, [4, 1, 5, 5], groups=4, paddings=[2, 2], strides=[2, 2])
    yield convolution('multiplier', 'depthwise_conv2d', depthwise, [8, 1, 3, 3], groups=4, paddings=[1, 1])
    yield convolution('same', 'depthwise_conv2d', depthwise, [4, 1, 3, 3], groups=4, padding_algorithm='SAME', strides=[2, 2])
    y, v = [2, 3, 4, 5], [3, 4, 3, 2]
    for type, x, w, groups in (
        ('conv2d_transpose', y, v, 1),
        ('depthwise_conv2d_transpose', [1, 4, 4, 3], [4, 1, 3, 3], 4),
    ):
        yield convolution('plain', type, x, w, groups=groups)
        yield convolution('stride', type, x, w, groups=groups, strides=[2, 2], paddings=[1, 0])
        yield convolution('four-paddings', type, x, w, groups=groups, strides=[2, 2], paddings=[1, 0, 0, 1])
        yield convolution('output-padding', type, x, w, groups=groups, strides=[2, 2], paddings=[1, 1], output_padding=[1, 1])
        yield convolution('dilated', type, x, w, groups=groups, dilations=[2, 1], paddings=[1, 1])
        yield convolution('same', type, x, w, groups=groups, strides=[2, 2], padding_algorithm='SAME')
        yield convolution('valid', type, x, w, groups=groups, strides=[2, 2], paddings=[1, 1], padding_algorithm='VALID')
    yield convolution('output-size', 'conv2d_transpose', y, v, strides=[2, 2], paddings=[1, 0], output_size=[8, 11])
    yield convolution('groups', 'conv2d_transpose', [1, 4, 3, 3], [4, 3, 2, 2], groups=2, strides=[2, 2])
    yield {
        **convolution('plain', 'conv3d', [1, 2, 4, 5, 3], [3, 2, 3, 2, 2], data_format='NCDHW'),
        'attrs': {'strides': [1, 2, 1], 'paddings': [1, 0, 1], 'dilations': [1, 1, 1], 'groups': 1, 'data_format': 'NCDHW'},
    }
