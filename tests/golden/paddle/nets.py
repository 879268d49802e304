"""Goldens of nets: python nets.py. With paddlepaddle 2.6.2 it writes container `nets` (ProgramDesc), with 3.3.1 container
`pir` (the same nets with the same parameters, as PIR). The second run asserts that both versions compute the same.

Weights are not stored, both sides make them: see fill.py.
"""

import zlib  # noqa: F401  before paddle, see program.py
import os
import sys
import tempfile
import warnings

warnings.filterwarnings('ignore')
os.environ.setdefault('GLOG_minloglevel', '2')

import numpy as np  # noqa: E402
import paddle  # noqa: E402

from architectures import NETS  # noqa: E402
from cases.values import grid, integers  # noqa: E402
from container import Container, read_arrays  # noqa: E402
from fill import fill_of, filled  # noqa: E402

PIR = paddle.__version__.startswith('3.')
# Both versions order their sums as they like.
BOUND = 2e-5


def net_inputs(name):
    _, specs, dims = NETS[name]

    def made(spec, shape):
        if 'int64' in str(spec.dtype):
            return integers(name + spec.name, 0, 2 if spec.name == 'kinds' else 50, *shape)
        return grid(name + spec.name, *shape)

    return {spec.name: made(spec, shape) for spec, shape in zip(specs, dims)}


def export(name, path):
    """Saves a net; returns its parameters' dims by name."""
    make, specs, _ = NETS[name]
    with paddle.utils.unique_name.guard():
        net = make()
        net.eval()
        tensors = {tensor.name: tensor for tensor in net.state_dict().values()}
        for tensor in tensors.values():
            tensor.set_value(filled(tensor.name, tensor.shape))
        paddle.jit.save(net, path, input_spec=specs)
    return {key: list(tensor.shape) for key, tensor in tensors.items()}


def run(path, inputs):
    """Outputs by name (by place in PIR, whose fetches have no names that stay), computed by the saved files."""
    paddle.enable_static()
    try:
        with paddle.static.scope_guard(paddle.static.Scope()):
            executor = paddle.static.Executor(paddle.CPUPlace())
            program, feeds, fetches = paddle.static.load_inference_model(path, executor)
            assert sorted(feeds) == sorted(inputs), (feeds, list(inputs))
            values = executor.run(program, feed=inputs, fetch_list=fetches)
            names = [f'fetch_{index}' if PIR else fetch.name for index, fetch in enumerate(fetches)]
            return dict(zip(names, values))
    finally:
        paddle.disable_static()


def pieces(data, parameters):
    """A parameter file as heads of records, stored, and values, made by the reader of the goldens."""
    at, found = 0, []
    for name in sorted(parameters):
        start, dims = at, parameters[name]
        at += 20 + int.from_bytes(data[at + 16 : at + 20], 'little')
        found.append(data[start:at])
        values = filled(name, dims).tobytes()
        assert data[at : at + len(values)] == values, f'{name} stands where the order of names says'
        at += len(values)
        found.append({'count': len(values) // 4, **fill_of(name, dims)})
    assert at == len(data), 'the file ends behind the last record'
    return found


def program_file(path):
    if PIR:
        return {'json': open(f'{path}.json', 'rb').read()}
    from program import strip

    paddle.enable_static()
    data = strip(open(f'{path}.pdmodel', 'rb').read())
    paddle.disable_static()
    return {'pdmodel': data}


def main():
    if not PIR:
        import program  # noqa: F401  sets static mode, which exporting layers must not be in

        paddle.disable_static()
    container = Container('pir' if PIR else 'nets', {'paddlepaddle': paddle.__version__, 'numpy': np.__version__})
    for name in NETS:
        with tempfile.TemporaryDirectory() as folder:
            path, inputs = f'{folder}/inference', net_inputs(name)
            parameters = export(name, path)
            outputs = run(path, inputs)
            if PIR:
                for mine, theirs in zip(outputs.values(), read_arrays('nets', name, 'outputs').values(), strict=True):
                    worst = np.abs(mine - theirs).max() / np.abs(theirs).max()
                    print(f'{name}: relative difference to 2.6.2 {worst:.1e}')
                    assert worst <= BOUND, name
            files = {**program_file(path), 'pdiparams': pieces(open(f'{path}.pdiparams', 'rb').read(), parameters)}
            container.add(name, files, {'inputs': inputs, 'outputs': outputs})
    container.write()


sys.exit(main())
