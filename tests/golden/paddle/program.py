"""Legacy programs (ProgramDesc) of paddlepaddle 2.6: built of raw operators, saved, and run as they were saved."""

import os
import tempfile
import warnings
import zlib  # noqa: F401  before paddle: the library that paddle carries of it breaks those that are loaded later

import PIL.Image  # noqa: F401  as above

warnings.filterwarnings('ignore')
os.environ.setdefault('GLOG_v', '0')
os.environ.setdefault('GLOG_minloglevel', '2')

import numpy as np  # noqa: E402
import paddle  # noqa: E402
from paddle import static  # noqa: E402

paddle.enable_static()
PLACE = paddle.CPUPlace()


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def strip(data):
    """A serialized program without the call stacks of the script that made it."""
    program = static.Program.parse_from_string(data)
    for block in program.blocks:
        for op in block.ops:
            if 'op_callstack' in op.attr_names:
                op.desc.remove_attr('op_callstack')
    return program.desc.serialize_to_string()


def saved(feeds, fetches, program, scope=None):
    """Bytes of .pdmodel and .pdiparams."""
    executor = static.Executor(PLACE)
    with tempfile.TemporaryDirectory() as folder, static.scope_guard(scope or static.global_scope()):
        static.save_inference_model(f'{folder}/m', feeds, fetches, executor, program=program)
        model = strip(open(f'{folder}/m.pdmodel', 'rb').read())
        has = os.path.exists(f'{folder}/m.pdiparams')
        return {'pdmodel': model, **({'pdiparams': open(f'{folder}/m.pdiparams', 'rb').read()} if has else {})}


def run(files, inputs):
    """Outputs by name of a saved model."""
    with tempfile.TemporaryDirectory() as folder, static.scope_guard(static.Scope()):
        for ending, data in files.items():
            open(f'{folder}/m.{ending}', 'wb').write(data)
        executor = static.Executor(PLACE)
        if 'pdiparams' in files:
            program, _, fetches = static.load_inference_model(f'{folder}/m', executor)
        else:
            program = static.Program.parse_from_string(files['pdmodel'])
            fetches = [op.input('X')[0] for op in program.global_block().ops if op.type == 'fetch']
        names = [fetch if isinstance(fetch, str) else fetch.name for fetch in fetches]
        values = executor.run(program, feed=inputs, fetch_list=fetches)
        return dict(zip(names, values))


def one_op(type, feeds, outs, attrs=None, params=None, dynamic=()):
    """A program of one operator.

    feeds, params: arrays by argument, or lists of arrays. outs: argument names that are fetched; 'Name*3' is a list of three and
    '-Name' is made but not fetched;
    '-Name=Other' is the variable of the argument Other. dynamic: arguments whose first dim the program does not know.
    Returns files, inputs, outputs.
    """
    program, scope, inputs, fed, made = static.Program(), static.Scope(), {}, [], []
    arguments = {'inputs': {}, 'outputs': {}}
    with static.program_guard(program, static.Program()):
        block = program.global_block()
        for argument, arrays in (feeds or {}).items():
            names = []
            for index, array in enumerate(as_list(arrays)):
                array, name = np.asarray(array), f'{argument.lower()}_{index}'
                dims = [-1, *array.shape[1:]] if argument in dynamic else list(array.shape)
                fed.append(static.data(name, dims, str(array.dtype)))
                inputs[name] = array
                names.append(name)
            arguments['inputs'][argument] = names
        for argument, arrays in (params or {}).items():
            names = []
            for index, array in enumerate(as_list(arrays)):
                array, name = np.asarray(array), f'{argument.lower()}_p{index}'
                block.create_var(name=name, shape=list(array.shape), dtype=str(array.dtype), persistable=True)
                scope.var(name).get_tensor().set(array, PLACE)
                names.append(name)
            arguments['inputs'][argument] = names
        for out in outs:
            if '=' in out:
                argument, same = out.lstrip('-').split('=')
                arguments['outputs'][argument] = arguments['inputs'][same]
                continue
            argument, _, count = out.lstrip('-').partition('*')
            names = [f'{argument.lower()}_out{index}' for index in range(int(count or 1))]
            variables = [block.create_var(name=name, dtype='float32') for name in names]
            made += [] if out.startswith('-') else variables
            arguments['outputs'][argument] = names
        block.append_op(type=type, attrs=attrs or {}, **arguments)
        files = saved_plainly(program, fed, made, scope)
    return files, inputs, run(files, inputs)


def saved_plainly(program, fed, made, scope):
    """Like saved, with feed and fetch operators only, where saving would add a scale before every output."""
    block = program.global_block()
    names = [variable.name for variable in fed]
    feed = block.create_var(name='feed', type=paddle.base.core.VarDesc.VarType.FEED_MINIBATCH, persistable=True)
    for index, name in reversed(list(enumerate(names))):
        block._prepend_op(type='feed', inputs={'X': [feed]}, outputs={'Out': [name]}, attrs={'col': index})
    fetch = block.create_var(name='fetch', type=paddle.base.core.VarDesc.VarType.FETCH_LIST, persistable=True)
    for index, variable in enumerate(made):
        block.append_op(type='fetch', inputs={'X': [variable]}, outputs={'Out': [fetch]}, attrs={'col': index})
    files = {'pdmodel': strip(program._remove_training_info().desc.serialize_to_string())}
    with static.scope_guard(scope):
        parameters = static.serialize_persistables(fed, made, static.Executor(PLACE), program=program)
    return files if parameters is None else {**files, 'pdiparams': parameters}
