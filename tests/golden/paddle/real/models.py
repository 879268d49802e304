"""The models of the check on whole architectures: name -> (make, specs, feeds). Weights are random, batch norms have the statistics of
one batch. `make` imports what it needs, so that each group runs where only its package is."""

import zlib  # noqa: F401  before paddle, see ../program.py

import paddle
from paddle.static import InputSpec
from paddle.vision import models as vision

PICTURE = [InputSpec([-1, 3, -1, -1], 'float32', 'x')]
IDS = [InputSpec([-1, -1], 'int64', 'input_ids'), InputSpec([-1, -1], 'int64', 'token_type_ids')]


def pictures(*sizes):
    """Feeds: batch, height and width of each."""
    return [{'x': [batch, 3, height, width]} for batch, height, width in sizes]


def vision_models():
    usual = pictures((1, 224, 224), (2, 160, 192))
    names = """mobilenet_v1 mobilenet_v2 mobilenet_v3_small mobilenet_v3_large resnet18 resnet50 resnext50_32x4d wide_resnet50_2 vgg16
        squeezenet1_1 shufflenet_v2_x1_0 shufflenet_v2_swish densenet121 googlenet inception_v3 alexnet""".split()
    found = {name: (getattr(vision, name), PICTURE, usual) for name in names}
    found['inception_v3'] = (vision.inception_v3, PICTURE, pictures((1, 299, 299), (2, 192, 224)))
    # Their layers read the size of the picture, or have a weight for each of its places.
    for name in ('alexnet', 'googlenet', 'shufflenet_v2_x1_0', 'shufflenet_v2_swish'):
        found[name] = (getattr(vision, name), [InputSpec([-1, 3, 224, 224], 'float32', 'x')], pictures((1, 224, 224), (2, 224, 224)))
    found['lenet'] = (vision.LeNet, [InputSpec([-1, 1, 28, 28], 'float32', 'x')], [{'x': [1, 1, 28, 28]}, {'x': [4, 1, 28, 28]}])
    return found


def ernie_models():
    from paddlenlp.transformers import ErnieConfig, ErnieForSequenceClassification, ErnieForTokenClassification, ErnieModel

    def sized(kind, **config):
        return lambda: kind(ErnieConfig(vocab_size=40000, max_position_embeddings=2048, type_vocab_size=4, **config))

    small = dict(hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128)
    nano = dict(hidden_size=312, num_hidden_layers=4, num_attention_heads=12, intermediate_size=1248)
    medium = dict(hidden_size=768, num_hidden_layers=6, num_attention_heads=12, intermediate_size=3072)
    feeds = [{'input_ids': dims, 'token_type_ids': dims} for dims in ([1, 128], [3, 37])]
    return {
        'ernie-small': (sized(ErnieModel, **small), IDS, feeds),
        'ernie-small-tokens': (sized(ErnieForTokenClassification, **small), IDS, feeds),
        'ernie-3.0-nano': (sized(ErnieForSequenceClassification, **nano), IDS, feeds),
        'ernie-3.0-medium': (sized(ErnieForSequenceClassification, **medium), IDS, feeds),
    }


def class_models():
    from ppcls.arch import backbone
    from ppcls.utils import logger

    logger.init_logger()
    usual = pictures((1, 224, 224), (2, 160, 192))
    square = [InputSpec([-1, 3, 224, 224], 'float32', 'x')], pictures((1, 224, 224), (2, 224, 224))
    free = """PPLCNet_x1_0 PPLCNetV2_base PPHGNet_tiny PPHGNetV2_B0 MobileNetV3_large_x1_0 GhostNet_x1_0 ESNet_x1_0 ResNet50_vd
        HRNet_W18_C EfficientNetB0 ConvNeXt_tiny Res2Net50_26w_4s DPN68 Xception41 ShuffleNetV2_x1_0 DarkNet53 RepVGG_A0 ReXNet_1_0
        SE_ResNet18_vd HarDNet68 MobileNetV4_conv_small FasterNet_T0""".split()
    fixed = """MixNet_S SwinTransformer_tiny_patch4_window7_224 ViT_small_patch16_224 DeiT_tiny_patch16_224 LeViT_128S PVT_V2_B0 MobileViT_XS
        CSWinTransformer_tiny_224 TNT_small""".split()
    found = {name: (getattr(backbone, name), PICTURE, usual) for name in free if hasattr(backbone, name)}
    found.update({name: (getattr(backbone, name), *square) for name in fixed if hasattr(backbone, name)})
    return found


def segmentation_models():
    from paddleseg import models

    usual = pictures((1, 256, 256), (1, 192, 320))
    stdc = lambda: models.PPLiteSeg(19, models.STDC1())  # noqa: E731
    return {
        'pp_liteseg': (stdc, PICTURE, usual),
        'bisenetv2': (lambda: models.BiSeNetV2(19), PICTURE, usual),
        'pphumanseg-lite': (lambda: models.PPHumanSegLite(2), PICTURE, usual),
        'unet': (lambda: models.UNet(19), PICTURE, usual),
        'deeplabv3p': (lambda: models.DeepLabV3P(19, models.ResNet18_vd()), PICTURE, usual),
        'segformer-b0': (lambda: models.SegFormer(19, models.MixVisionTransformer_B0(), 256), PICTURE, usual),
    }


def ppocr_models():
    from ppocr import MODELS

    return MODELS


GROUPS = {
    'vision': vision_models, 'ernie': ernie_models, 'clas': class_models, 'seg': segmentation_models, 'ppocr': ppocr_models,
}


def settle(net, feed):
    """Batch norms take the statistics of one batch, so that values keep the size they have in trained nets."""
    norms = [layer for layer in net.sublayers() if isinstance(layer, paddle.nn.layer.norm._BatchNormBase)]
    for norm in norms:
        norm._momentum = 0.0
    if norms:
        net.train()
        with paddle.no_grad():
            net(*feed)
    net.eval()
