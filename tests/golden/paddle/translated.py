"""The programs of containers `operators` and `quantized` as PIR: python translated.py, with paddlepaddle 3.3.1, whose own translator
makes them. Writes containers pir-operators and pir-quantized; parameters, inputs and outputs are those of the case of the same name.
"""

import zlib  # noqa: F401  before paddle, see program.py
import os
import sys
import tempfile

os.environ['FLAGS_enable_pir_api'] = '0'
os.environ.setdefault('GLOG_minloglevel', '2')

import numpy as np  # noqa: E402
import paddle  # noqa: E402
from paddle.base import core  # noqa: E402

from container import Container, read_file, read_names  # noqa: E402

# The version of the format that 3.3.1 saves by paddle.jit.save.
FORMAT = 4
# What its translator does not know: operators that Paddle 3 no longer has.
GONE = ('flatten2/', 'expand/', 'fill_zeros_like/', 'top_k/', 'nearest_interp/', 'bilinear_interp/')
# What it refuses: an output too few, attributes of another kind than 2.6.2 gives them.
REFUSED = ('norm/axis', 'norm/last', 'round/plain', 'thresholded_relu/plain', 'transpose/plain')
# What it carries over wrongly: fc to another dialect; without decrease_axis, reduce_all, or the text of a value; wrong dims.
WRONG = ('fc/', 'strided_slice/decrease', 'reduce_mean/all', 'fill_constant/string', 'lookup_table/')
# One of each style, but those of dynamic quantization (attributes are lost) and of one not frozen (its file of parameters has scales that
# only are outputs, which the translation has not).
QUANTIZED = {
    f'residual/{name}'
    for name in (
        'static/hist-onnx', 'static/hist-fake', 'static/avg-fake-per_tensor', 'aware/fake-frozen',
        'aware/onnx-simulated', 'aware/onnx-frozen',
    )
} | {'words/abs_max', 'words/log'}  # fmt: skip


def translated(data):
    program = paddle.static.Program.parse_from_string(data)
    with tempfile.TemporaryDirectory() as folder:
        core.serialize_pir_program(paddle.pir.translate_to_pir(program.desc), f'{folder}/p.json', FORMAT, True, False, False)
        return open(f'{folder}/p.json', 'rb').read()


def container_of(source, wanted):
    """Writes pir-SOURCE with the wanted cases of a container. Returns what could not be translated."""
    container, failed = Container(f'pir-{source}', {'paddlepaddle': paddle.__version__, 'numpy': np.__version__}), []
    for name in filter(wanted, read_names(source)):
        try:
            container.add(name, {'json': translated(read_file(source, name, 'pdmodel'))})
        except Exception as error:  # noqa: BLE001
            failed.append(f'{name}: {str(error).strip()[-300:]}')
    container.write()
    return failed


def main():
    paddle.enable_static()
    failed = container_of('operators', lambda name: not name.startswith((*GONE, *WRONG)) and name not in REFUSED)
    failed += container_of('quantized', lambda name: name in QUANTIZED)
    print('\n'.join(failed))
    return 1 if failed else 0


sys.exit(main())
