"""Small nets of the kinds that Paddle users have: PaddlePaddle's own of paddle.vision, and the shapes of PP-OCR and ERNIE."""

import zlib  # noqa: F401  before paddle, see program.py

import paddle
from paddle import nn
from paddle.nn import functional as F
from paddle.static import InputSpec
from paddle.vision import models


class ConvNorm(nn.Layer):
    def __init__(self, inputs, outputs, kernel=3, stride=1, groups=1, act=None, padding=None):
        super().__init__()
        padding = kernel // 2 if padding is None else padding
        self.conv = nn.Conv2D(inputs, outputs, kernel, stride, padding, groups=groups, bias_attr=False)
        self.norm = nn.BatchNorm2D(outputs)
        self.act = act

    def forward(self, x):
        y = self.norm(self.conv(x))
        return self.act(y) if self.act else y


class Residual(nn.Layer):
    """Convolutions with and without bias, a shortcut, both poolings, a classifier."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 8, 3, 2, act=F.relu)
        self.body = nn.Sequential(ConvNorm(8, 8, act=F.relu), ConvNorm(8, 8))
        self.depthwise = ConvNorm(8, 8, groups=8, act=F.relu6)
        self.point = nn.Conv2D(8, 16, 1)
        self.pool = nn.MaxPool2D(3, 2, 1)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        y = self.pool(self.stem(x))
        y = F.relu(self.body(y) + y)
        y = F.relu(self.point(self.depthwise(y)))
        y = paddle.flatten(F.adaptive_avg_pool2d(y, 1), 1)
        return F.softmax(self.head(y))


class Mlp(nn.Layer):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(12, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 4))

    def forward(self, x):
        return self.layers(x)


class Gate(nn.Layer):
    """Squeeze and excitation with a hard sigmoid, as in PP-LCNet and MobileNetV3."""

    def __init__(self, channels, slope):
        super().__init__()
        self.down, self.up, self.slope = nn.Conv2D(channels, channels // 4, 1), nn.Conv2D(channels // 4, channels, 1), slope

    def forward(self, x):
        y = F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))
        return x * F.hardsigmoid(self.up(y), slope=self.slope)


class Detector(nn.Layer):
    """PP-OCR's text detector in small: backbone, feature pyramid, DB head."""

    def __init__(self):
        super().__init__()
        self.stem = ConvNorm(3, 8, 3, 2, act=F.hardswish)
        self.stage1 = nn.Sequential(ConvNorm(8, 8, groups=8, act=F.hardswish), Gate(8, 0.2), ConvNorm(8, 16, 1))
        self.stage2 = nn.Sequential(ConvNorm(16, 16, 5, 2, groups=16, act=F.hardswish), ConvNorm(16, 24, 1))
        self.in1, self.in2 = nn.Conv2D(16, 16, 1, bias_attr=False), nn.Conv2D(24, 16, 1, bias_attr=False)
        self.smooth1, self.smooth2 = nn.Conv2D(16, 4, 3, padding=1), nn.Conv2D(16, 4, 3, padding=1)
        self.head = ConvNorm(8, 8, act=F.relu)
        self.up1, self.norm, self.up2 = nn.Conv2DTranspose(8, 8, 2, 2), nn.BatchNorm2D(8), nn.Conv2DTranspose(8, 1, 2, 2)

    def forward(self, x):
        first = self.stage1(self.stem(x))
        second = self.in2(self.stage2(first))
        first = self.in1(first) + F.upsample(second, scale_factor=2, mode='nearest', align_mode=1)
        second = F.upsample(self.smooth2(second), scale_factor=2, mode='nearest', align_mode=1)
        y = self.head(paddle.concat([second, self.smooth1(first)], axis=1))
        return F.sigmoid(self.up2(F.relu(self.norm(self.up1(y)))))


class Recurrent(nn.Layer):
    """PP-OCR v2's recognizer in small: convolutions to a row of columns, two layers of LSTM both ways, classes of each column."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(ConvNorm(3, 8, 3, 2, act=F.hardswish), ConvNorm(8, 8, groups=8, act=F.hardswish), ConvNorm(8, 16, 1))
        self.pool = nn.MaxPool2D(2, 2)
        self.lstm = nn.LSTM(16, 12, num_layers=2, direction='bidirectional')
        self.head = nn.Linear(24, 20)

    def forward(self, x):
        y = F.avg_pool2d(self.pool(self.features(x)), [4, 1], [4, 1])
        y = paddle.transpose(paddle.squeeze(y, axis=2), [0, 2, 1])
        y, _ = self.lstm(y)
        return F.softmax(self.head(y), axis=2)


class Attention(nn.Layer):
    """One block of SVTR: qkv in one product, taken apart by shape and index."""

    def __init__(self, dim, heads):
        super().__init__()
        self.dim, self.heads, self.scale = dim, heads, (dim // heads) ** -0.5
        self.norm1, self.norm2 = nn.LayerNorm(dim, epsilon=1e-6), nn.LayerNorm(dim, epsilon=1e-6)
        self.qkv, self.proj = nn.Linear(dim, dim * 3), nn.Linear(dim, dim)
        self.fc1, self.fc2 = nn.Linear(dim, dim * 2), nn.Linear(dim * 2, dim)

    def mix(self, x):
        qkv = self.qkv(x).reshape((0, -1, 3, self.heads, self.dim // self.heads)).transpose((2, 0, 3, 1, 4))
        q, k, v = qkv[0] * self.scale, qkv[1], qkv[2]
        attention = F.softmax(q.matmul(k.transpose((0, 1, 3, 2))), axis=-1)
        return self.proj(attention.matmul(v).transpose((0, 2, 1, 3)).reshape((0, -1, self.dim)))

    def forward(self, x):
        x = x + self.mix(self.norm1(x))
        return x + self.fc2(F.swish(self.fc1(self.norm2(x))))


class Svtr(nn.Layer):
    """PP-OCR v3 and v4's recognizer in small: convolutions, attention blocks, a neck that joins both, classes of each column."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(ConvNorm(3, 8, 3, 2, act=F.hardswish), Gate(8, 1 / 6), ConvNorm(8, 16, 3, 2, act=F.relu))
        self.squeeze = ConvNorm(16, 16, 1, act=F.swish)
        self.blocks, self.norm = nn.LayerList([Attention(16, 2), Attention(16, 2)]), nn.LayerNorm(16)
        self.join, self.head = ConvNorm(32, 16, 1, act=F.swish), nn.Linear(16, 20)

    def forward(self, x):
        x = F.avg_pool2d(self.features(x), [2, 2])
        y = self.squeeze(x)
        shape = paddle.shape(y)
        height, width = shape[2], shape[3]
        y = y.flatten(2).transpose([0, 2, 1])
        for block in self.blocks:
            y = block(y)
        y = self.norm(y).reshape([0, height, width, 16]).transpose([0, 3, 1, 2])
        y = self.join(paddle.concat((x, y), axis=1))
        y = F.adaptive_avg_pool2d(y, [1, 10]).squeeze(axis=2).transpose([0, 2, 1])
        return F.softmax(self.head(y), axis=2)


class Encoder(nn.Layer):
    """ERNIE in small: three embeddings, post-norm encoder layers under a mask of padding, a pooler, classes."""

    def __init__(self):
        super().__init__()
        self.word, self.place, self.kind = nn.Embedding(50, 16, padding_idx=0), nn.Embedding(32, 16), nn.Embedding(2, 16)
        self.norm = nn.LayerNorm(16, epsilon=1e-12)
        layer = nn.TransformerEncoderLayer(16, 4, 32, dropout=0.1, activation='gelu', attn_dropout=0.1, act_dropout=0)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.pooler, self.classes = nn.Linear(16, 16), nn.Linear(16, 3)

    def forward(self, ids, kinds):
        mask = paddle.unsqueeze((ids == 0).astype('float32') * -1e4, axis=[1, 2])
        ones = paddle.ones_like(ids, dtype='int64')
        places = paddle.cumsum(ones, axis=1) - ones
        x = self.norm(self.word(ids) + self.place(places) + self.kind(kinds))
        x = self.encoder(x, mask)
        return x, self.classes(F.tanh(self.pooler(x[:, 0])))


class Words(nn.Layer):
    """An embedding of words, their mean, classes."""

    def __init__(self):
        super().__init__()
        self.table, self.head = nn.Embedding(200, 24), nn.Linear(24, 5)

    def forward(self, ids):
        return self.head(self.table(ids).mean(axis=1))


class Vgg(nn.Layer):
    """VGG's features and classifier with few channels."""

    def __init__(self):
        super().__init__()
        self.features = models.vgg.make_layers([8, 'M', 16, 'M', 16, 16, 'M'], batch_norm=False)
        self.pool = nn.AdaptiveAvgPool2D((7, 7))
        self.head = nn.Sequential(nn.Linear(16 * 49, 32), nn.ReLU(), nn.Dropout(), nn.Linear(32, 10))

    def forward(self, x):
        return self.head(paddle.flatten(self.pool(self.features(x)), 1))


class ChannelsLast(nn.Layer):
    """Every convolution that is quantized, in NHWC; no side of a picture is as long as its channels are many."""

    def __init__(self):
        super().__init__()
        layout = {'data_format': 'NHWC'}
        self.stem = nn.Conv2D(3, 8, 3, padding=1, **layout)
        self.depthwise = nn.Conv2D(8, 8, 3, stride=2, padding=1, groups=8, bias_attr=False, **layout)
        self.norm = nn.BatchNorm2D(8, **layout)
        self.wider = nn.Conv2DTranspose(8, 6, 2, stride=2, groups=2, **layout)
        self.pool = nn.AdaptiveAvgPool2D(1, **layout)
        self.head = nn.Linear(6, 5)

    def forward(self, x):
        y = F.relu(self.norm(self.depthwise(F.relu(self.stem(x)))))
        y = paddle.flatten(self.pool(self.wider(y)), 1)
        return F.softmax(self.head(y))


def picture(size, channels=3, batch=-1):
    return [InputSpec([batch, channels, *size], 'float32', 'x')]


IDS = [InputSpec([-1, -1], 'int64', 'ids')]

# Name: how it is made, what it takes, dims of the golden inputs.
NETS = {
    'mlp': (Mlp, [InputSpec([-1, 12], 'float32', 'x')], [[3, 12]]),
    'residual': (Residual, picture((16, 16)), [[2, 3, 16, 16]]),
    'words': (Words, IDS, [[3, 7]]),
    'detector': (Detector, picture((-1, -1)), [[1, 3, 32, 48]]),
    'recurrent': (Recurrent, picture((16, -1)), [[2, 3, 16, 40]]),
    'svtr': (Svtr, picture((16, -1)), [[2, 3, 16, 40]]),
    'encoder': (Encoder, [*IDS, InputSpec([-1, -1], 'int64', 'kinds')], [[2, 9], [2, 9]]),
    'channels-last': (ChannelsLast, [InputSpec([-1, 10, 12, 3], 'float32', 'x')], [[2, 10, 12, 3]]),
    'vgg': (Vgg, picture((32, 32)), [[1, 3, 32, 32]]),
    'mobilenetv1-quarter': (lambda: models.MobileNetV1(scale=0.25, num_classes=10), picture((32, 32)), [[2, 3, 32, 32]]),
    'mobilenetv1': (lambda: models.MobileNetV1(), picture((224, 224)), [[1, 3, 64, 64]]),
    'mobilenetv2': (lambda: models.MobileNetV2(scale=0.25, num_classes=10), picture((-1, -1)), [[1, 3, 32, 32]]),
    'mobilenetv3': (lambda: models.MobileNetV3Small(scale=0.35, num_classes=10), picture((-1, -1)), [[1, 3, 32, 32]]),
    'resnet18': (lambda: models.resnet18(num_classes=10), picture((-1, -1)), [[1, 3, 32, 32]]),
}
