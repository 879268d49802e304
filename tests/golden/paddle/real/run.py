"""What Paddle computes: python run.py FOLDER [NAME ...]

For every model FOLDER/NAME, and those that check.ts wrote of it (FOLDER/NAME/LABEL), it runs the feeds of case.json and writes
outputs-VERSION.json beside the program: dims and seconds of each run, whose values are in .bin files. Paddle 3 runs JSON programs, with
FLAGS_enable_pir_api=0 in the environment those of ProgramDesc.
"""

import zlib  # noqa: F401  before paddle, see ../program.py
import json
import os
import sys
import time
import warnings
from pathlib import Path

import PIL.Image  # noqa: F401  as zlib

warnings.filterwarnings('ignore')
os.environ.setdefault('GLOG_minloglevel', '2')

import numpy as np  # noqa: E402
import paddle  # noqa: E402

from feeds import values_of  # noqa: E402

VERSION = paddle.__version__
# Paddle 3 takes the layout from a flag, not from the files.
PIR = VERSION.startswith('3.') and os.environ.get('FLAGS_enable_pir_api') != '0'


def program_in(folder):
    """The prefix of a folder's files, or None where they are not of the layout that is read."""
    for file in folder.glob('*.json' if PIR else '*.pdmodel'):
        if (folder / f'{file.stem}.pdiparams').exists():
            return folder / file.stem
    return None


def load(prefix, executor):
    return paddle.static.load_inference_model(str(prefix), executor)


def run(prefix, case, folder):
    """Saves outputs; returns facts of every feed: outputs' names and dims, seconds."""
    found = []
    with paddle.static.scope_guard(paddle.static.Scope()):
        executor = paddle.static.Executor(paddle.CPUPlace())
        program, names, fetches = load(prefix, executor)
        for index, dims in enumerate(case['feeds']):
            feed = values_of(dims, case)
            executor.run(program, feed=feed, fetch_list=fetches)
            start = time.perf_counter()
            outputs = executor.run(program, feed=feed, fetch_list=fetches)
            seconds = time.perf_counter() - start
            for key, value in feed.items():
                value.tofile(folder / f'in-{index}-{key}.bin')
            facts = []
            for place, value in enumerate(outputs):
                value = np.ascontiguousarray(value)
                value.tofile(folder / f'out-{VERSION}-{index}-{place}.bin')
                facts.append({'dims': list(value.shape), 'dtype': str(value.dtype)})
            inputs = {key: {'dims': list(value.shape), 'dtype': str(value.dtype)} for key, value in feed.items()}
            found.append({'inputs': inputs, 'outputs': facts, 'seconds': seconds})
    return found


def main():
    paddle.enable_static()
    folder, *names = sys.argv[1:]
    folder, failed = Path(folder), []
    cases = sorted([*folder.glob('*/case.json'), *folder.glob('*/*/case.json')])
    for file in cases:
        name = str(file.parent.relative_to(folder))
        if names and name.split('/')[0] not in names:
            continue
        record = file.parent / f'outputs-{VERSION}.json'
        prefix = program_in(file.parent)
        if prefix is None or (record.exists() and record.stat().st_mtime > file.stat().st_mtime):
            continue
        case = json.loads(file.read_text())
        try:
            record.write_text(json.dumps({'runs': run(prefix, case, file.parent)}))
            print(name, flush=True)
        except Exception as error:  # noqa: BLE001  the error is the result
            failed.append(name)
            record.write_text(json.dumps({'error': str(error)[-500:]}))
            print(f'{name} FAILED: {str(error)[-300:]}', flush=True)
    return 1 if failed else 0


sys.exit(main())
