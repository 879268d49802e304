"""Exports models as users do: python export.py GROUP FOLDER [NAME ...]. With paddlepaddle 2.6.2 ProgramDesc, with 3.3.1 PIR (FOLDER/NAME-pir, with
the parameters that 2.6.2 gave the same net, where FOLDER/NAME is there)."""

import zlib  # noqa: F401  before paddle, see ../program.py
import json
import os
import sys
import traceback
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path
from unittest.mock import MagicMock

import PIL.Image  # noqa: F401  as zlib

warnings.filterwarnings('ignore')
os.environ.setdefault('GLOG_minloglevel', '2')

import numpy as np  # noqa: E402
import paddle  # noqa: E402

# What the packages import for training and downloads, and networks do not use.
for name in os.environ.get('ABSENT', '').split():
    sys.modules[name] = MagicMock(__spec__=ModuleSpec(name, None), __version__='0')

from feeds import values_of  # noqa: E402
from models import GROUPS, settle  # noqa: E402

PIR = paddle.__version__.startswith('3.')


def parameters_from(net, folder):
    """Gives a net the values that the older version's export of it has: they are stored in the order of names of another run, so
    they are kept by the names of the layers."""
    stored = np.load(folder / 'state.npz')
    for key, tensor in net.state_dict().items():
        tensor.set_value(stored[key])


def export(name, make, specs, feeds, folder):
    paddle.seed(zlib.crc32(name.encode()))
    target = folder / (f'{name}-pir' if PIR else name)
    target.mkdir(parents=True, exist_ok=True)
    with paddle.utils.unique_name.guard():
        net = make()
        first = values_of(feeds[-1], {'seed': name})
        if PIR and (folder / name / 'state.npz').exists():
            parameters_from(net, folder / name)
            net.eval()
        else:
            settle(net, [paddle.to_tensor(value) for value in first.values()])
            np.savez(target / 'state.npz', **{key: tensor.numpy() for key, tensor in net.state_dict().items()})
        paddle.jit.save(paddle.jit.to_static(net, input_spec=specs), str(target / 'inference'))
    (target / 'case.json').write_text(json.dumps({'name': target.name, 'seed': name, 'feeds': feeds}))


def main():
    group, folder, *names = sys.argv[1:]
    failed = []
    for name, (make, specs, feeds) in GROUPS[group]().items():
        if names and name not in names:
            continue
        try:
            export(name, make, specs, feeds, Path(folder))
            print(name, flush=True)
        except Exception:  # noqa: BLE001  what cannot be exported is said, the others go on
            failed.append(name)
            print(f'{name} FAILED: {traceback.format_exc()[-400:]}', flush=True)
    return 1 if failed else 0


sys.exit(main())
