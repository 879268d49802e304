"""The programs of container `operators` as PIR: python pir_operators.py, with paddlepaddle 3.3.1, whose own translator makes
them. Writes pir-operators.json.gz and pir-operators.bin.gz; parameters, inputs and outputs are those of the case of the same name.
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


def translated(data):
    program = paddle.static.Program.parse_from_string(data)
    with tempfile.TemporaryDirectory() as folder:
        core.serialize_pir_program(paddle.pir.translate_to_pir(program.desc), f'{folder}/p.json', FORMAT, True, False, False)
        return open(f'{folder}/p.json', 'rb').read()


def main():
    paddle.enable_static()
    container, failed = Container('pir-operators', {'paddlepaddle': paddle.__version__, 'numpy': np.__version__}), []
    for name in read_names('operators'):
        if name.startswith((*GONE, *WRONG)) or name in REFUSED:
            continue
        try:
            container.add(name, {'json': translated(read_file('operators', name, 'pdmodel'))})
        except Exception as error:  # noqa: BLE001
            failed.append(f'{name}: {str(error).strip()[-300:]}')
    print('\n'.join(failed))
    container.write()
    return 1 if failed else 0


sys.exit(main())
