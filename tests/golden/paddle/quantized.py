"""Goldens of quantization by Paddle's own tools: python quantized.py, with paddlepaddle 2.6.2 and paddleslim 2.6.0. Writes
quantized.json.gz and quantized.bin.gz.

The float nets are two: `residual` of container nets, and `classic`, in the older operators (mul, biases by elementwise_add).
"""

import contextlib
import os
import sys
import tempfile
from importlib.metadata import version
import zlib  # noqa: F401  before paddle, see program.py

import numpy as np
from program import PLACE, paddle, run, saved, static, strip  # noqa: I001

from paddle.static.quantization import PostTrainingQuantization, WeightQuantization
from paddleslim.quant import convert, quant_aware, quant_embedding

from cases.values import grid, integers
from container import Container, read_file
from fill import filled

BATCHES, BATCH = 4, 2
OPS = ['conv2d', 'depthwise_conv2d', 'conv2d_transpose', 'mul', 'matmul', 'matmul_v2']


def classic():
    """A net of static.nn, as older scripts built them."""
    program, scope = static.Program(), static.Scope()
    with paddle.utils.unique_name.guard(), static.program_guard(program, static.Program()), static.scope_guard(scope):
        x = static.data('x', [-1, 3, 16, 16], 'float32')
        y = static.nn.conv2d(x, 8, 3, stride=2, padding=1)
        y = paddle.nn.functional.relu(static.nn.batch_norm(y, is_test=True))
        y = static.nn.conv2d(y, 8, 3, padding=1, groups=8, act='relu', use_cudnn=False)
        y = static.nn.conv2d(y, 16, 1, act='relu')
        y = paddle.nn.functional.avg_pool2d(y, 2)
        block = program.global_block()
        for index, (rows, columns) in enumerate(((256, 24), (24, 10))):
            weight = block.create_parameter(name=f'fc_{index}.w_0', shape=[rows, columns], dtype='float32')
            bias = block.create_parameter(name=f'fc_{index}.b_0', shape=[columns], dtype='float32')
            product, out = (block.create_var(name=f'fc_{index}.tmp_{i}', dtype='float32') for i in range(2))
            attrs = {'x_num_col_dims': 1, 'y_num_col_dims': 1}
            block.append_op(type='mul', inputs={'X': [y], 'Y': [weight]}, outputs={'Out': [product]}, attrs=attrs)
            block.append_op(type='elementwise_add', inputs={'X': [product], 'Y': [bias]}, outputs={'Out': [out]}, attrs={'axis': 1})
            y = paddle.nn.functional.relu(out) if index == 0 else paddle.nn.functional.softmax(out)
        for variable in program.list_vars():
            if variable.persistable:
                scope.var(variable.name).get_tensor().set(filled(variable.name, variable.shape), PLACE)
        return saved([x], [y], program, scope)


SOURCES = {
    'residual': lambda: {ending: read_file('nets', 'residual', ending) for ending in ('pdmodel', 'pdiparams')},
    'classic': classic,
}


def samples(net):
    return grid(net + 'samples', BATCHES, BATCH, 3, 16, 16, span=64)


class Samples(paddle.io.Dataset):
    def __init__(self, net):
        super().__init__()
        self.all = samples(net).reshape(-1, 3, 16, 16)

    def __getitem__(self, index):
        return self.all[index]

    def __len__(self):
        return len(self.all)


def loader(net):
    with static.program_guard(static.Program(), static.Program()):
        x = static.data('x', [-1, 3, 16, 16], 'float32')
        return paddle.io.DataLoader(Samples(net), feed_list=[x], places=PLACE, return_list=False, batch_size=BATCH)


@contextlib.contextmanager
def stored(files):
    """A folder with a model as files."""
    with tempfile.TemporaryDirectory() as folder:
        for ending, data in files.items():
            open(f'{folder}/inference.{ending}', 'wb').write(data)
        yield folder


def files_of(folder, name):
    """What a tool saved: the name of the files differs from tool to tool."""
    model = strip(open(f'{folder}/{name}.pdmodel', 'rb').read())
    return {'pdmodel': model, 'pdiparams': open(f'{folder}/{name}.pdiparams', 'rb').read()}


def post_static(net, files, **options):
    """Files that PostTrainingQuantization saves, and the thresholds it found: as quant_post_static calls it."""
    with stored(files) as folder, static.scope_guard(static.Scope()):
        executor = static.Executor(PLACE)
        quantizer = PostTrainingQuantization(
            executor=executor, model_dir=folder, model_filename='inference.pdmodel', params_filename='inference.pdiparams',
            data_loader=loader(net), batch_size=BATCH, batch_nums=BATCHES, scope=static.global_scope(),
            quantizable_op_type=OPS, **options,
        )  # fmt: skip
        quantizer.quantize()
        quantizer.save_quantized_model(folder, model_filename='q.pdmodel', params_filename='q.pdiparams')
        return files_of(folder, 'q'), thresholds_of(quantizer)


def thresholds_of(quantizer):
    """Numbers by variable. KL and hist keep activations apart from weights; min_max keeps ends."""

    def plain(values):
        return [float(value) for value in np.ravel(np.asarray(values, np.float64))]

    found = {'threshold': {}}
    for table in (quantizer._quantized_threshold, quantizer._quantized_var_threshold):
        found['threshold'].update({name: plain(value) for name, value in table.items()})
    for end in ('min', 'max'):
        table = getattr(quantizer, f'_quantized_var_{end}')
        if table:
            found[end] = {name: plain(value) for name, value in table.items()}
    return found


STATIC = [
    {'algo': algo, 'onnx_format': onnx, 'weight_quantize_type': 'channel_wise_abs_max', 'activation_quantize_type': 'range_abs_max'}
    for algo, onnx in (
        ('hist', True), ('hist', False), ('KL', True), ('KL', False), ('mse', True), ('mse', False), ('emd', True), ('avg', True),
        ('min_max', True), ('abs_max', True), ('abs_max', False), ('ptf', True),
    )
]  # fmt: skip
STATIC += [
    {'algo': 'avg', 'onnx_format': False, 'weight_quantize_type': 'abs_max', 'activation_quantize_type': 'moving_average_abs_max'},
    {'algo': 'avg', 'onnx_format': True, 'weight_quantize_type': 'abs_max', 'activation_quantize_type': 'moving_average_abs_max'},
    {'algo': 'hist', 'onnx_format': True, 'hist_percent': 0.98, 'weight_quantize_type': 'channel_wise_abs_max', 'is_full_quantize': True},
    {'algo': 'avg', 'onnx_format': False, 'bias_correction': True, 'weight_quantize_type': 'channel_wise_abs_max'},
    {'algo': 'avg', 'onnx_format': True, 'bias_correction': True, 'weight_quantize_type': 'channel_wise_abs_max'},
    {'algo': 'hist', 'onnx_format': True, 'optimize_model': True, 'weight_quantize_type': 'channel_wise_abs_max'},
]


def name_of(options):
    style = 'onnx' if options['onnx_format'] else 'fake'
    extra = [key for key in ('bias_correction', 'is_full_quantize', 'optimize_model') if options.get(key)]
    wide = ['per_tensor'] if options['weight_quantize_type'] == 'abs_max' else []
    return '-'.join([options['algo'], style, *wide, *extra])


def post_dynamic(files, ops, bits, kind):
    """Files of the int model, and of the float model that generate_test_model adds."""
    with stored(files) as folder, static.scope_guard(static.Scope()):
        quantizer = WeightQuantization(folder, model_filename='inference.pdmodel', params_filename='inference.pdiparams')
        quantizer.quantize_weight_to_int(
            f'{folder}/q', save_model_filename='q.pdmodel', save_params_filename='q.pdiparams', quantizable_op_type=ops,
            weight_bits=bits, weight_quantize_type=kind, generate_test_model=True,
        )  # fmt: skip
        return files_of(f'{folder}/q/quantized_model', 'q'), files_of(f'{folder}/q/test_model', 'q')


def aware(net, files, onnx):
    """Quantization-aware training without the training: ranges follow the samples. Yields name, files."""
    config = {
        'weight_quantize_type': 'channel_wise_abs_max', 'activation_quantize_type': 'moving_average_abs_max', 'weight_bits': 8,
        'activation_bits': 8, 'window_size': 10000, 'moving_rate': 0.9, 'onnx_format': onnx, 'is_full_quantize': False,
        'not_quant_pattern': ['skip_quant'], 'quantize_op_types': ['conv2d', 'depthwise_conv2d', 'mul', 'matmul_v2'],
    }  # fmt: skip
    with stored(files) as folder, static.scope_guard(static.Scope()), paddle.utils.unique_name.guard():
        executor, scope = static.Executor(PLACE), static.global_scope()
        program, feeds, fetches = static.load_inference_model(f'{folder}/inference', executor)
        tested = quant_aware(program.clone(), PLACE, config, scope=scope, for_test=True)
        trained = quant_aware(program, PLACE, config, scope=scope, for_test=False, return_program=True)
        for batch in samples(net):
            executor.run(trained, feed={'x': batch}, fetch_list=[fetch.name for fetch in fetches])

        def saved_as(name, quantized):
            block = quantized.global_block()
            static.save_inference_model(
                f'{folder}/{name}', [block.var(feed) for feed in feeds], [block.var(fetch.name) for fetch in fetches], executor, program=quantized
            )
            return files_of(folder, name)

        yield 'simulated', saved_as('simulated', tested.clone())
        if onnx:
            yield 'frozen', saved_as('frozen', convert(tested, PLACE, config, scope=scope))
            return
        frozen, integer = convert(tested, PLACE, config, scope=scope, save_int8=True)
        yield 'frozen', saved_as('frozen', frozen)
        yield 'int8', saved_as('int8', integer)


def embedding(kind):
    files = {ending: read_file('nets', 'words', ending) for ending in ('pdmodel', 'pdiparams')}
    with stored(files) as folder, static.scope_guard(static.Scope()):
        executor = static.Executor(PLACE)
        program, feeds, fetches = static.load_inference_model(f'{folder}/inference', executor)
        config = {'quantize_op_types': ['lookup_table_v2'], 'lookup_table_v2': {'quantize_type': kind, 'quantize_bits': 8, 'dtype': 'int8'}}
        quantized = quant_embedding(program, PLACE, config, static.global_scope())
        block = quantized.global_block()
        static.save_inference_model(f'{folder}/q', [block.var(feed) for feed in feeds], [block.var(fetch.name) for fetch in fetches], executor, program=quantized)
        return files, files_of(folder, 'q')


class Made:
    """Collects cases; a tool that fails is told at the end."""

    def __init__(self):
        versions = {'paddlepaddle': paddle.__version__, 'paddleslim': version('paddleslim'), 'numpy': np.__version__}
        self.container, self.failed = Container('quantized', versions), []

    def add(self, name, make):
        try:
            files, inputs, facts = make()
            outputs = run(files, inputs) if inputs is not None else {}
        except Exception as error:  # noqa: BLE001
            self.failed.append(f'{name}: {type(error).__name__} {str(error).strip()[-300:]}')
            return
        self.container.add(name, files, {'inputs': inputs or {}, 'outputs': outputs}, **facts)


def main():
    made = Made()
    for net, source in SOURCES.items():
        files, x = source(), {'x': samples(net)[0]}
        made.container.add(f'{net}/float', files, {'inputs': x, 'outputs': run(files, x), 'samples': {'x': samples(net)}})
        for options in STATIC:

            def made_static(options=options):
                quantized, thresholds = post_static(net, files, **options)
                return quantized, x, {'options': options, **thresholds}

            made.add(f'{net}/static/{name_of(options)}', made_static)
        for bits in (8, 16):
            for kind in ('abs_max', 'channel_wise_abs_max'):
                ops = ['conv2d', 'depthwise_conv2d', 'mul']
                options = {'quantizable_op_type': ops, 'weight_bits': bits, 'weight_quantize_type': kind}
                whole, test = post_dynamic(files, ops, bits, kind)
                # Paddle itself does not run the integer form: Paddle Lite does.
                made.add(f'{net}/dynamic/{kind}-{bits}', lambda: (whole, None, {'options': options}))
                made.add(f'{net}/dynamic/{kind}-{bits}-test', lambda: (test, x, {'options': options}))
        for onnx in (False, True):
            for form, quantized in aware(net, files, onnx):
                # Nor does Paddle run the one with weights of int8: its outputs are those of the frozen form.
                made.add(f"{net}/aware/{'onnx' if onnx else 'fake'}-{form}", lambda: (quantized, None if form == 'int8' else x, {}))
    ids = {'ids': integers('words', 0, 200, 3, 7)}
    for kind in ('abs_max', 'log'):

        def made_embedding(kind=kind):
            return embedding(kind)[1], ids, {}

        made.add(f'words/{kind}', made_embedding)
    print('\n'.join(made.failed))
    made.container.write()
    sys.exit(1 if made.failed else 0)


main()
