"""What PaddleSlim's quantizers take: python signatures.py, with paddlepaddle 2.6.2 and paddleslim 2.6.0. Writes signatures.json:
parameters of each function in their order, with the default of those that have one.
"""

import inspect
import json
import zlib  # noqa: F401  before paddle, see program.py
from importlib.metadata import version
from pathlib import Path

import PIL  # noqa: F401
from paddleslim.quant import quant_embedding as of_package
from paddleslim.quant.quanter import quant_post, quant_post_dynamic, quant_post_only_weight, quant_post_static

FUNCTIONS = [quant_post_static, quant_post_dynamic, of_package]


def parameters(function):
    taken = inspect.signature(function).parameters.values()
    return [
        {'name': each.name} if each.default is each.empty else {'name': each.name, 'default': each.default}
        for each in taken
    ]


def main():
    assert quant_post is quant_post_static and quant_post_only_weight is quant_post_dynamic
    module = inspect.getmodule(of_package)
    found = {
        'versions': {name: version(name) for name in ('paddlepaddle', 'paddleslim')},
        'functions': {each.__name__: parameters(each) for each in FUNCTIONS},
        'embedding': {
            'quantize_op_types': module.SUPPORT_OP_TYPES,
            'quantize_type': module.SUPPORT_QUANTIZE_TYPES,
            'default': module._default_single_config,
        },
    }
    text = json.dumps(found, indent=2)
    (Path(__file__).parent / 'signatures.json').write_text(text + '\n')


main()
