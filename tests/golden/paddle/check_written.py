"""Runs models that Octavo wrote in Paddle: python check_written.py FOLDER [json], FOLDER by write-models.ts. Writes what was found for
this version of Paddle to written.json. With `json` the models of JSON are run, else those of ProgramDesc: one process reads one layout.

Each case: how far Paddle's outputs are from those of Octavo's session on the same model, and on the float model it was made of
(relative to the largest magnitude), and whether the greatest class is the same as the float model's. Or the error that Paddle gave.
And the hash of the files, which a test compares with that of what is written today.
Codes of dynamic quantization are only loaded: they are for Paddle Lite.
"""

import zlib  # noqa: F401  before paddle, see program.py
import base64
import json
import os
import sys
import warnings
from pathlib import Path

warnings.filterwarnings('ignore')
os.environ.setdefault('GLOG_minloglevel', '2')
IS_JSON = 'json' in sys.argv[2:]
# Paddle 3 looks for JSON programs unless it is told not to.
os.environ['FLAGS_enable_pir_api'] = '1' if IS_JSON else '0'

import numpy as np  # noqa: E402
import paddle  # noqa: E402

RECORD = Path(__file__).parent / 'written.json'


def arrays(stored):
    return {
        each['name']: np.frombuffer(base64.b64decode(each['data']), each.get('dtype', 'float32')).reshape(each['dims'])
        for each in stored
    }


def run(folder, inputs, is_run):
    with paddle.static.scope_guard(paddle.static.Scope()):
        executor = paddle.static.Executor(paddle.CPUPlace())
        program, _, fetches = paddle.static.load_inference_model(str(folder / 'model'), executor)
        return executor.run(program, feed=inputs, fetch_list=fetches) if is_run else None


def distance(ours, theirs):
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in zip(ours, theirs, strict=True))


def checked(folder, case):
    expected = {key: list(arrays(case[key]).values()) for key in ('octavo', 'float')}
    is_run = '/dynamic/codes' not in case['name']
    try:
        outputs = run(folder, arrays(case['inputs']), is_run)
    except Exception as error:  # noqa: BLE001
        return {'error': str(error).strip()[:300]}
    if not is_run:
        return {'loads': True}
    same = (outputs[-1].argmax(-1) == expected['float'][-1].argmax(-1)).mean()
    return {
        'toOctavo': float(f"{distance(outputs, expected['octavo']):.2g}"),
        'toFloat': float(f"{distance(outputs, expected['float']):.2g}"),
        'sameClass': float(f'{same:.3g}'),
    }


def is_misrun(name):
    """Whether the model has dequantize_linear in JSON, which Paddle 3.3.1 runs by the kernel of quantize_linear."""
    return name.startswith('json/') and '-onnx' in name


def main():
    paddle.enable_static()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    found = {}
    for file in sorted(Path(sys.argv[1]).glob('*/case.json')):
        if (file.parent / 'model.json').exists() != IS_JSON:
            continue
        case = json.loads(file.read_text())
        found[case['name']] = {**checked(file.parent, case), 'sha256': case['sha256']}
        print(case['name'], found[case['name']])
    record.setdefault(paddle.__version__, {}).update(found)
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + '\n')
    return 1 if any('error' in result and not is_misrun(name) for name, result in found.items()) else 0


sys.exit(main())
