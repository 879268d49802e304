"""PP-OCR's detectors and recognizers of versions 2 and 3, layer for layer in the sizes of its configurations (those of version 4 come in a package,
see files.py): MobileNetV3 with a DB or RSE pyramid and the DB head; MobileNetV3 with LSTMs; MobileNetV1Enhance with SVTR blocks; each with CTC classes."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent))

import paddle  # noqa: E402
from architectures import Attention, ConvNorm, Gate  # noqa: E402
from paddle import nn  # noqa: E402
from paddle.nn import functional as F  # noqa: E402
from paddle.static import InputSpec  # noqa: E402

CLASSES = 6625

# kernel, expanded channels, channels, squeeze and excitation, hard swish, stride; of the scale 1
LARGE = [
    (3, 16, 16, 0, 0, 1), (3, 64, 24, 0, 0, 2), (3, 72, 24, 0, 0, 1), (5, 72, 40, 1, 0, 2), (5, 120, 40, 1, 0, 1), (5, 120, 40, 1, 0, 1),
    (3, 240, 80, 0, 1, 2), (3, 200, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 184, 80, 0, 1, 1), (3, 480, 112, 1, 1, 1),
    (3, 672, 112, 1, 1, 1), (5, 672, 160, 1, 1, 2), (5, 960, 160, 1, 1, 1), (5, 960, 160, 1, 1, 1),
]  # fmt: skip
SMALL = [
    (3, 16, 16, 1, 0, (1, 1)), (3, 72, 24, 0, 0, (2, 1)), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, (2, 1)), (5, 240, 40, 1, 1, 1),
    (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1), (5, 144, 48, 1, 1, 1), (5, 288, 96, 1, 1, (2, 1)), (5, 576, 96, 1, 1, 1),
    (5, 576, 96, 1, 1, 1),
]  # fmt: skip


def half(channels):
    """Half as wide, in eighths, not less than 0.9 of it."""
    made = max(8, int(channels / 2 + 4) // 8 * 8)
    return made + 8 if made < 0.45 * channels else made


class Inverted(nn.Layer):
    def __init__(self, inputs, size, wide, outputs, gate, swish, stride):
        super().__init__()
        act = F.hardswish if swish else F.relu
        self.wide = ConvNorm(inputs, wide, 1, act=act)
        self.deep = ConvNorm(wide, wide, size, stride, wide, act)
        self.gate = Gate(wide, 0.2) if gate else None
        self.narrow = ConvNorm(wide, outputs, 1)
        self.isAdded = stride in (1, (1, 1)) and inputs == outputs

    def forward(self, x):
        y = self.deep(self.wide(x))
        y = self.narrow(self.gate(y) if self.gate else y)
        return paddle.add(x, y) if self.isAdded else y


class MobileNetV3(nn.Layer):
    """Gives what stands before each step to half the size, and the end."""

    def __init__(self, rows, last, gates):
        super().__init__()
        inputs, blocks = half(16), []
        self.stem = ConvNorm(3, inputs, 3, 2, act=F.hardswish)
        for size, wide, outputs, gate, swish, stride in rows:
            blocks.append(Inverted(inputs, size, half(wide), half(outputs), gate and gates, swish, stride))
            inputs = half(outputs)
        self.blocks, self.last = nn.LayerList(blocks), ConvNorm(inputs, half(last), 1, act=F.hardswish)
        self.ends = [i for i, row in enumerate(rows) if i > 2 and row[5] == 2]

    def forward(self, x):
        x, found = self.stem(x), []
        for i, block in enumerate(self.blocks):
            if i in self.ends:
                found.append(x)
            x = block(x)
        return [*found, self.last(x)]


class Excited(nn.Layer):
    """A convolution with a gate, and what it had added."""

    def __init__(self, inputs, outputs, size):
        super().__init__()
        self.conv, self.gate = nn.Conv2D(inputs, outputs, size, padding=size // 2, bias_attr=False), Gate(outputs, 0.2)

    def forward(self, x):
        y = self.conv(x)
        return y + self.gate(y)


class Detector(nn.Layer):
    def __init__(self, is_excited):
        super().__init__()
        self.backbone = MobileNetV3(LARGE, 960, gates=False)
        widths, make = [16, 24, 56, 480], Excited if is_excited else lambda i, o, k: nn.Conv2D(i, o, k, padding=k // 2, bias_attr=False)
        self.ins = nn.LayerList([make(width, 96, 1) for width in widths])
        self.outs = nn.LayerList([make(96, 24, 3) for _ in widths])
        self.head = nn.Sequential(
            nn.Conv2D(96, 24, 3, padding=1, bias_attr=False), nn.BatchNorm2D(24), nn.ReLU(),
            nn.Conv2DTranspose(24, 24, 2, 2), nn.BatchNorm2D(24), nn.ReLU(), nn.Conv2DTranspose(24, 1, 2, 2),
        )  # fmt: skip

    def forward(self, x):
        levels = [layer(level) for layer, level in zip(self.ins, self.backbone(x))]
        for i in (2, 1, 0):
            levels[i] = levels[i] + F.upsample(levels[i + 1], scale_factor=2, mode='nearest', align_mode=1)
        parts = [layer(level) for layer, level in zip(self.outs, levels)]
        parts = [part if i == 0 else F.upsample(part, scale_factor=2**i, mode='nearest', align_mode=1) for i, part in enumerate(parts)]
        return F.sigmoid(self.head(paddle.concat(parts[::-1], axis=1)))


class Recurrent(nn.Layer):
    def __init__(self):
        super().__init__()
        self.backbone, self.pool = MobileNetV3(SMALL, 576, gates=True), nn.MaxPool2D(2, 2)
        self.lstm, self.head = nn.LSTM(half(576), 48, num_layers=2, direction='bidirectional'), nn.Linear(96, CLASSES)

    def forward(self, x):
        y = self.pool(self.backbone(x)[-1])
        y, _ = self.lstm(paddle.transpose(y.squeeze(axis=2), [0, 2, 1]))
        return F.softmax(self.head(y), axis=2)


class Enhanced(nn.Layer):
    """MobileNetV1 whose height alone is halved, with gates in its last two blocks."""

    def __init__(self):
        super().__init__()
        rows = [(16, 32, 3, 1, 0), (32, 64, 3, 1, 0), (64, 64, 3, 1, 0), (64, 128, 3, (2, 1), 0), (128, 128, 3, 1, 0), (128, 256, 3, (2, 1), 0)]
        rows += [(256, 256, 5, 1, 0)] * 5 + [(256, 512, 5, (2, 1), 1), (512, 512, 5, (1, 2), 1)]
        layers = [ConvNorm(3, 16, 3, 2, act=F.hardswish)]
        for inputs, outputs, size, stride, gate in rows:
            layers += [ConvNorm(inputs, inputs, size, stride, inputs, F.hardswish), *([Gate(inputs, 0.2)] if gate else [])]
            layers.append(ConvNorm(inputs, outputs, 1, act=F.hardswish))
        self.layers, self.pool = nn.Sequential(*layers), nn.AvgPool2D(2, 2)

    def forward(self, x):
        return self.pool(self.layers(x))


class Svtr(nn.Layer):
    def __init__(self):
        super().__init__()
        self.backbone = Enhanced()
        self.conv1, self.conv2 = ConvNorm(512, 64, 3, act=F.swish), ConvNorm(64, 120, 1, act=F.swish)
        self.blocks, self.norm = nn.LayerList([Attention(120, 8), Attention(120, 8)]), nn.LayerNorm(120, epsilon=1e-6)
        self.conv3, self.conv4 = ConvNorm(120, 512, 1, act=F.swish), ConvNorm(1024, 64, 3, act=F.swish)
        self.conv5, self.head = ConvNorm(64, 64, 1, act=F.swish), nn.Linear(64, CLASSES)

    def forward(self, x):
        x = self.backbone(x)
        y = self.conv2(self.conv1(x))
        shape = paddle.shape(y)
        height, width = shape[2], shape[3]
        y = y.flatten(2).transpose([0, 2, 1])
        for block in self.blocks:
            y = block(y)
        y = self.norm(y).reshape([0, height, width, 120]).transpose([0, 3, 1, 2])
        y = self.conv5(self.conv4(paddle.concat((x, self.conv3(y)), axis=1)))
        return F.softmax(self.head(y.squeeze(axis=2).transpose([0, 2, 1])), axis=2)


def line(height):
    return [InputSpec([-1, 3, height, -1], 'float32', 'x')], [{'x': [1, 3, height, 320]}, {'x': [3, 3, height, 224]}]


PAGE = [InputSpec([-1, 3, -1, -1], 'float32', 'x')], [{'x': [1, 3, 320, 480]}, {'x': [2, 3, 256, 256]}]
MODELS = {
    'ppocr-v2-det': (lambda: Detector(False), *PAGE),
    'ppocr-v3-det': (lambda: Detector(True), *PAGE),
    'ppocr-v2-rec': (Recurrent, *line(32)),
    'ppocr-v3-rec': (Svtr, *line(48)),
}
