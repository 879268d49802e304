"""Calls of Paddle 3's API as its exporter writes them: python functions.py, with paddlepaddle 3.3.1. Writes container `functions`.

Each case is a function of one picture-like tensor `x` [2, 6, 5, 4] with an unknown first dim, exported as PIR. The older operators
behind them have goldens of their own; here it is the forms of operands and attributes that the newer exporter chooses.
"""

import zlib  # noqa: F401  before paddle, see program.py
import os
import sys
import tempfile
import warnings

warnings.filterwarnings('ignore')
os.environ.setdefault('GLOG_minloglevel', '2')

import numpy as np  # noqa: E402
import paddle  # noqa: E402
from paddle import nn  # noqa: E402
from paddle.nn import functional as F  # noqa: E402

from cases.values import grid  # noqa: E402
from container import Container  # noqa: E402

DIMS = [2, 6, 5, 4]


def assigned(x):
    y = x + 0
    y[:, 1:3] = 1.5
    return y


def rows(x):
    """[N, 5, 24], as recurrent layers and attention take it."""
    return x.transpose([0, 2, 1, 3]).reshape([0, 5, 24])


FUNCTIONS = {
    'slice': lambda x: x[:, 1:4, ::2, -1],
    'slice-none': lambda x: x[:, None, ..., 1:],
    'slice-back': lambda x: paddle.flip(x[:, 2], axis=[-1]),
    'set-value': assigned,
    'split': lambda x: paddle.split(x, [1, 2, -1], axis=1)[1],
    'chunk': lambda x: paddle.chunk(x, 3, axis=1)[2],
    'unbind': lambda x: paddle.unbind(x, axis=2)[3],
    'stack': lambda x: paddle.stack([x, x * 2], axis=1),
    'tile': lambda x: paddle.tile(x, [1, 2, 1, 3]),
    'expand': lambda x: paddle.expand(x[:, :1], [-1, 6, 5, 4]),
    'expand-by-shape': lambda x: paddle.expand(paddle.ones([1, 6, 1, 1]), [paddle.shape(x)[0], 6, 2, 3]) + x[:, :, :2, :3],
    'broadcast': lambda x: paddle.broadcast_to(x[:, :, :1], [2, 6, 5, 4]),
    'reshape-by-shape': lambda x: x.reshape([paddle.shape(x)[0], -1, paddle.shape(x)[3]]),
    'flatten': lambda x: paddle.flatten(x, 1, 2),
    'squeeze': lambda x: paddle.squeeze(x[:, :1], axis=[1]),
    'unsqueeze': lambda x: paddle.unsqueeze(x, axis=[0, -1]),
    'pad-four': lambda x: F.pad(x, [1, 2, 0, 1], value=0.5),
    'pad-reflect': lambda x: F.pad(x, [1, 2, 0, 1], mode='reflect'),
    'pad-all': lambda x: F.pad(x, [0, 0, 1, 1, 0, 2, 1, 0], value=-1.0),
    'roll': lambda x: paddle.roll(x, [1, -1], axis=[1, 2]),
    'gather': lambda x: paddle.gather(x, paddle.to_tensor([2, 0]), axis=1),
    'index-select': lambda x: paddle.index_select(x, paddle.to_tensor([3, 1]), axis=3),
    'take-along-axis': lambda x: paddle.take_along_axis(x, paddle.argsort(x, axis=3), axis=3),
    'where': lambda x: paddle.where(x > 0, x, x * 0.1),
    'masked': lambda x: x * (x > 1.0).astype('float32') + (x <= 1).astype('float32'),
    'logical': lambda x: paddle.logical_and(x > 0, paddle.logical_not(x > 2)).astype('float32'),
    'argmax': lambda x: paddle.argmax(x, axis=1),
    'argmax-kept': lambda x: paddle.argmax(x, axis=-1, keepdim=True).astype('int32'),
    'topk': lambda x: paddle.topk(x, 3, axis=1)[0],
    'sort': lambda x: paddle.sort(x, axis=-1, descending=True),
    'sum': lambda x: paddle.sum(x, axis=[1, 2], keepdim=True),
    'sum-of-bool': lambda x: paddle.sum(x > 0, axis=1),
    'mean-all': lambda x: paddle.mean(x),
    'mean': lambda x: paddle.mean(x, axis=-1),
    'max': lambda x: paddle.max(x, axis=[2, 3]),
    'prod': lambda x: paddle.prod(x, axis=3),
    'var': lambda x: paddle.var(x, axis=[1]),
    'std': lambda x: paddle.std(x, axis=[2, 3], keepdim=True),
    'logsumexp': lambda x: paddle.logsumexp(x, axis=1),
    'cumsum': lambda x: paddle.cumsum(x, axis=2),
    'norm': lambda x: paddle.norm(x, p=2, axis=1, keepdim=True),
    'normalize': lambda x: F.normalize(x, axis=1),
    'clip': lambda x: paddle.clip(x, -1.0, 2.0),
    'pow': lambda x: paddle.pow(paddle.abs(x), 1.5),
    'pow-of-tensors': lambda x: paddle.pow(paddle.abs(x), paddle.abs(x) * 0.5),
    'scalars': lambda x: 2 - x / 3 + 1 / (x * x + 1) - (x // 2) + x % 3,
    'maximum': lambda x: paddle.minimum(paddle.maximum(x, x * 0.5), paddle.full([1], 1.0)),
    'arange': lambda x: x + paddle.arange(0, 4, 1, dtype='float32'),
    'arange-by-shape': lambda x: paddle.arange(paddle.shape(x)[2]).astype('float32') + x.transpose([0, 1, 3, 2]),
    'linspace': lambda x: x + paddle.linspace(0, 1, 4),
    'zeros-like': lambda x: paddle.zeros_like(x) + paddle.full_like(x, 2.5) + paddle.ones([5, 1]),
    'zeros-by-shape': lambda x: x + paddle.zeros([paddle.shape(x)[0], 1, paddle.shape(x)[2], 1]),
    'one-hot': lambda x: F.one_hot(paddle.argmax(x, axis=1), 6),
    'tril': lambda x: paddle.tril(x) + paddle.triu(x, diagonal=1),
    'meshgrid': lambda x: paddle.meshgrid(paddle.arange(5.0), paddle.arange(4.0))[0] + x,
    'matmul': lambda x: paddle.matmul(x, x, transpose_y=True),
    'bmm': lambda x: paddle.bmm(rows(x), rows(x).transpose([0, 2, 1])),
    'einsum': lambda x: paddle.einsum('nchw,nchv->ncwv', x, x),
    'interpolate-size': lambda x: F.interpolate(x, size=[9, 7], mode='bilinear'),
    'interpolate-scale': lambda x: F.interpolate(x, scale_factor=2, mode='nearest'),
    'interpolate-corners': lambda x: F.interpolate(x, scale_factor=[1.5, 2.0], mode='bilinear', align_corners=True),
    'interpolate-like': lambda x: F.interpolate(x[:, :, ::2, ::2], size=paddle.shape(x)[2:], mode='nearest'),
    'pixel-shuffle': lambda x: F.pixel_shuffle(paddle.concat([x, x[:, :2]], axis=1), 2),
    'adaptive-avg': lambda x: F.adaptive_avg_pool2d(x, [2, 3]),
    'adaptive-max': lambda x: F.adaptive_max_pool2d(x, [2, 3]),
    'avg-pool': lambda x: F.avg_pool2d(x, 3, 2, 1, exclusive=False),
    'max-pool-ceil': lambda x: F.max_pool2d(x, 2, 2, ceil_mode=True),
    'max-pool-same': lambda x: F.max_pool2d(x, 3, 2, padding='SAME'),
    'softmax': lambda x: F.softmax(x, axis=1) + F.log_softmax(x, axis=1),
    'activations': lambda x: F.silu(x) + F.mish(x) + F.softplus(x) + F.elu(x) + F.selu(x) + F.leaky_relu(x) + F.celu(x, 1.5),
    'more-activations': lambda x: F.hardswish(x) + F.hardsigmoid(x) + F.relu6(x) + F.gelu(x, True) + F.swish(x) + F.hardtanh(x),
    'rare-activations': lambda x: F.softsign(x) + F.hardshrink(x, 0.51) + F.softshrink(x) + F.tanhshrink(x) + F.log_sigmoid(x),
    'glu': lambda x: F.glu(x, axis=1),
}

LAYERS = {
    'conv': lambda: nn.Conv2D(6, 4, 3, padding=[1, 0, 2, 1], stride=2),
    'conv-same': lambda: nn.Conv2D(6, 4, 3, padding='SAME', dilation=2),
    'conv-groups': lambda: nn.Conv2D(6, 6, 3, groups=3, bias_attr=False),
    'conv-transpose': lambda: nn.Conv2DTranspose(6, 4, 3, stride=2, padding=1, output_padding=1),
    'group-norm': lambda: nn.GroupNorm(3, 6),
    'instance-norm': lambda: nn.InstanceNorm2D(6),
    'layer-norm': lambda: nn.LayerNorm([5, 4]),
    'prelu': lambda: nn.PReLU(6),
    'channel-shuffle': lambda: nn.ChannelShuffle(3),
    'gru': lambda: Rows(nn.GRU(24, 8, direction='bidirect')),
    'lstm': lambda: Rows(nn.LSTM(24, 8)),
    'rnn': lambda: Rows(nn.SimpleRNN(24, 8)),
    'attention': lambda: Rows(nn.MultiHeadAttention(24, 4)),
    'transformer': lambda: Rows(nn.TransformerEncoderLayer(24, 4, 32, activation='relu')),
}


class Rows(nn.Layer):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        y = self.inner(rows(x))
        return y[0] if isinstance(y, tuple) else y


class Function(nn.Layer):
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def exported(layer, folder):
    layer.eval()
    for tensor in layer.state_dict().values():
        tensor.set_value(grid(tensor.name, *tensor.shape, span=32, step=64))
    path = f'{folder}/m'
    paddle.jit.save(layer, path, input_spec=[paddle.static.InputSpec([-1, *DIMS[1:]], 'float32', 'x')])
    files = {'json': open(f'{path}.json', 'rb').read()}
    if os.path.exists(f'{path}.pdiparams') and layer.state_dict():
        files['pdiparams'] = open(f'{path}.pdiparams', 'rb').read()
    return files, path


def run(path, x):
    paddle.enable_static()
    try:
        with paddle.static.scope_guard(paddle.static.Scope()):
            executor = paddle.static.Executor(paddle.CPUPlace())
            program, _, fetches = paddle.static.load_inference_model(path, executor)
            return executor.run(program, feed={'x': x}, fetch_list=fetches)
    finally:
        paddle.disable_static()


def main():
    container, failed = Container('functions', {'paddlepaddle': paddle.__version__, 'numpy': np.__version__}), []
    makers = {name: lambda function=function: Function(function) for name, function in FUNCTIONS.items()}
    for name, make in {**makers, **LAYERS}.items():
        x = grid(name, *DIMS)
        with tempfile.TemporaryDirectory() as folder, paddle.utils.unique_name.guard():
            try:
                files, path = exported(make(), folder)
                outputs = run(path, x)
            except Exception as error:  # noqa: BLE001
                failed.append(f'{name}: {str(error).strip()[-300:]}')
                continue
            container.add(name, files, {'inputs': {'x': x}, 'outputs': {f'fetch_{i}': value for i, value in enumerate(outputs)}})
    print('\n'.join(failed))
    container.write()
    return 1 if failed else 0


sys.exit(main())
