"""Goldens of single operators: python operators.py, with paddlepaddle 2.6.2. Writes operators.json.gz and operators.bin.gz.

Every case is a program of one operator with the attributes and argument forms that a reader can get wrong.
"""

import sys

import numpy as np

from cases import activations, arithmetic, convolutions, indexing, layouts, normalizations, pooling, recurrent, resizing
from container import Container
from program import one_op, paddle

FAMILIES = (
    convolutions, pooling, normalizations, arithmetic, activations, layouts, indexing, resizing, recurrent,
)  # fmt: skip


def main():
    container = Container('operators', {'paddlepaddle': paddle.__version__, 'numpy': np.__version__})
    wanted, failed = sys.argv[1:], []
    for family in FAMILIES:
        for case in family.cases():
            if wanted and not any(case['name'].startswith(prefix) for prefix in wanted):
                continue
            arguments = {key: value for key, value in case.items() if key != 'name'}
            try:
                files, inputs, outputs = one_op(**arguments)
            except Exception as error:  # noqa: BLE001
                failed.append(f"{case['name']}: {str(error).strip().splitlines()[-2:]}")
                continue
            container.add(case['name'], files, {'inputs': inputs, 'outputs': outputs}, type=case['type'])
    print('\n'.join(failed))
    if not wanted:
        container.write()
    sys.exit(1 if failed else 0)


main()
