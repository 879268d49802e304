"""Golden thresholds of the compat modes: python observers.py > observers.json

onnxruntime and Paddle compute theirs themselves: calibrators of onnxruntime.quantization over a small model, the sampling
methods of paddle.static.quantization.PostTrainingQuantization over given tensors, and Paddle's fake quantizer. MindSpore Lite
has no Python package with its converter: its formulas, read in tools/converter/quantizer, are written down below.

Samples are made by a linear congruential generator and float64 arithmetic, so that the tests make the same.
"""

import json
import sys
import tempfile

import numpy as np

ROWS, LENGTH, BATCHES = 2, 1500, 3
F = np.float32


class Generator:
    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32

    def bell(self):
        return self.uniform() + self.uniform() + self.uniform() + self.uniform() - 2


SHAPES = {
    'bell': lambda g, batch: g.bell(),
    'relu': lambda g, batch: max(0.0, g.bell()),
    'tail': lambda g, batch: (lambda x: x * x * x * x * x)(g.bell()),
    'offset': lambda g, batch: 3.0 + g.bell(),
    'negative': lambda g, batch: -0.5 - g.uniform(),
    'growing': lambda g, batch: g.bell() * (1 + batch),
    'relu6': lambda g, batch: min(6.0, max(0.0, 4 * g.bell())),
    'constant': lambda g, batch: 0.75,
    'zeros': lambda g, batch: 0.0,
}


def samples(shape):
    generator = Generator(list(SHAPES).index(shape) + 1)
    make = SHAPES[shape]
    return [
        np.array([make(generator, batch) for _ in range(ROWS * LENGTH)], dtype=F).reshape(ROWS, LENGTH)
        for batch in range(BATCHES)
    ]


def onnxruntime_cases(shape, batches):
    from onnx import TensorProto, helper, save
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod
    from onnxruntime.quantization.calibrate import create_calibrator

    class Reader(CalibrationDataReader):
        def __init__(self, arrays):
            self.feeds = iter([{'X': array} for array in arrays])

        def get_next(self):
            return next(self.feeds, None)

    def calibrated(method, options, calls):
        graph = helper.make_graph(
            [helper.make_node('Relu', ['X'], ['Y'])],
            'g',
            [helper.make_tensor_value_info('X', TensorProto.FLOAT, [ROWS, LENGTH])],
            [helper.make_tensor_value_info('Y', TensorProto.FLOAT, [ROWS, LENGTH])],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8)
        with tempfile.TemporaryDirectory() as folder:
            save(model, f'{folder}/m.onnx')
            calibrator = create_calibrator(
                f'{folder}/m.onnx', augmented_model_path=f'{folder}/a.onnx', calibrate_method=method, extra_options=options
            )
            for arrays in calls:
                calibrator.collect_data(Reader(arrays))
            low, high = calibrator.compute_data()['X'].range_value
            return [float(np.ravel(low)[0]), float(np.ravel(high)[0])]

    whole = [batches]
    each = [[batch] for batch in batches]
    method = CalibrationMethod
    yield 'minmax', {}, lambda: calibrated(method.MinMax, {}, whole)
    yield 'movingAverage', {}, lambda: calibrated(method.MinMax, {'moving_average': True}, each)
    yield 'kl', {}, lambda: calibrated(method.Entropy, {}, whole)
    options = {'num_bins': 1024, 'num_quantized_bins': 128}
    yield 'kl', {'bins': 1024, 'levels': 128}, lambda: calibrated(method.Entropy, options, whole)
    yield 'percentile', {}, lambda: calibrated(method.Percentile, {}, whole)
    yield 'percentile', {'percentile': 97}, lambda: calibrated(method.Percentile, {'percentile': 97}, whole)
    options = {'percentile': 99.9, 'symmetric': False}
    yield 'percentile', {'percentile': 99.9, 'symmetric': False}, lambda: calibrated(method.Percentile, options, whole)


def paddle_cases(shape, batches):
    import paddle
    from paddle.static.quantization import PostTrainingQuantization, utils

    def sampled(algo, onnx_format=False, hist_percent=0.9999):
        self = PostTrainingQuantization.__new__(PostTrainingQuantization)
        self._algo = 'KL' if algo == 'KL' else algo
        self._activation_bits, self._onnx_format, self._hist_percent = 8, onnx_format, hist_percent
        self._histogram_bins, self._weight_quantize_type = 2048, 'abs_max'
        self._quantized_weight_var_name, self._quantized_act_var_name = set(), {'X'}
        self._zero_size_var_names, self._weight_op_pairs, self._scope = set(), {}, None
        self._quantized_threshold, self._quantized_var_threshold = {}, {}
        self._quantized_var_min, self._quantized_var_max, self._quantized_var_avg = {}, {}, {}
        self._best_calibration_loss, self._sampling_act_abs_min_max, self._sampling_act_histogram = {}, {}, {}
        given = utils.load_variable_data
        try:
            if algo in ('KL', 'hist'):
                for batch in batches:
                    utils.load_variable_data = lambda scope, name, batch=batch: batch
                    self._collect_activation_abs_min_max()
                self._init_sampling_act_histogram()
            for batch in batches:
                utils.load_variable_data = lambda scope, name, batch=batch: batch
                self._sampling()
            if algo in ('KL', 'hist'):
                self._calculate_kl_hist_threshold()
        finally:
            utils.load_variable_data = given
        if algo == 'min_max':
            return [self._quantized_var_min['X'], self._quantized_var_max['X']]
        if algo == 'avg':
            threshold = np.array(self._quantized_var_avg['X']).mean()
        elif algo in ('KL', 'hist'):
            threshold = self._quantized_var_threshold['X']
        else:
            threshold = self._quantized_threshold['X']
        return [-float(threshold), float(threshold)]

    def moving_average():
        from paddle.nn.quant.quant_layers import FakeQuantMovingAverageAbsMax

        layer = FakeQuantMovingAverageAbsMax('x', moving_rate=0.9)
        layer.train()
        for batch in batches:
            layer(paddle.to_tensor(batch))
        return [-float(layer._scale.numpy().ravel()[0]), float(layer._scale.numpy().ravel()[0])]

    yield 'absmax', {}, lambda: sampled('abs_max')
    yield 'minmax', {}, lambda: sampled('min_max')
    yield 'avg', {}, lambda: sampled('avg')
    yield 'kl', {}, lambda: sampled('KL')
    yield 'hist', {}, lambda: sampled('hist')
    yield 'hist', {'percentile': 98}, lambda: sampled('hist', hist_percent=0.98)
    yield 'mse', {}, lambda: sampled('mse')
    yield 'mse', {'onnxFormat': True}, lambda: sampled('mse', onnx_format=True)
    yield 'emd', {}, lambda: sampled('emd')
    yield 'emd', {'onnxFormat': True}, lambda: sampled('emd', onnx_format=True)
    yield 'ptf', {}, lambda: sampled('ptf')
    yield 'movingAverage', {}, moving_average


BINS, LEVELS = 2048, 128


def mindspore_cases(shape, batches):
    everything = np.concatenate([batch.ravel() for batch in batches])
    yield 'minmax', {}, lambda: [float(everything.min()), float(everything.max())]
    yield 'removalOutlier', {}, lambda: mindspore_quantiles(batches)
    yield 'kl', {}, lambda: mindspore_kl(everything)


def mindspore_quantiles(batches):
    ends = []
    for share in (F(0.0001), F(0.9999)):
        rank = int(share * F(batches[0].size))
        ends.append([float(np.sort(batch.ravel())[rank]) for batch in batches])
    return [float(F(sum(values) / len(values))) for values in ends]


def mindspore_kl(values):
    interval = F(np.abs(values).max()) / F(BINS)
    if interval == 0:
        return [0.0, 0.0]
    histogram = np.full(BINS, 1e-7, dtype=F)
    for value in np.abs(values[values != 0]):
        index = min(int(value / interval), BINS - 1)
        histogram[index] = histogram[index] + F(1)
    behind = F(0)
    for count in histogram[LEVELS:]:
        behind = behind + count
    best, least = LEVELS, np.finfo(F).max
    for i in range(LEVELS, BINS):
        p = histogram[:i].copy()
        p[i - 1] += behind
        behind = behind - histogram[i]
        divergence = mindspore_divergence(p, mindspore_expanded(histogram, i))
        if divergence < least:
            best, least = i, divergence
    threshold = float((F(best) + F(0.5)) * interval)
    return [-threshold, threshold]


def mindspore_expanded(histogram, i):
    """The histogram's first i bins merged into LEVELS and spread again; every bin counts, as none is 0."""
    width = F(i) / F(LEVELS)
    expanded = np.zeros(i, dtype=F)
    for level in range(LEVELS):
        start = F(level) * width
        end = start + width
        inner, outer = int(np.ceil(start)), int(np.floor(end))
        total, filled = F(0), F(0)
        if inner > start:
            total = F(float(total) + float(F(inner) - start) * float(histogram[inner - 1]))
            filled = filled + (F(inner) - start)
        if outer < end:
            total = F(float(total) + float(end - F(outer)) * float(histogram[outer]))
            filled = F(float(filled) + float(end - F(outer)))
        for count in histogram[inner:outer]:
            total = total + count
        filled = filled + F(max(0, outer - inner))
        average = total / filled
        if inner > start:
            expanded[inner - 1] += average * (F(inner) - start)
        if outer < end:
            expanded[outer] = F(float(expanded[outer]) + float(average) * float(end - F(outer)))
        expanded[inner:outer] += average
    return expanded


def mindspore_divergence(p, q):
    """Float32 sums one after the other, which cumsum is."""
    p = p / np.cumsum(p, dtype=F)[-1]
    q = q / np.cumsum(q, dtype=F)[-1]
    terms = np.where(q == 0, F(1), p * np.log(p / q, where=q != 0, out=np.zeros_like(p)))
    return np.cumsum(terms[p != 0], dtype=F)[-1]


def main():
    import onnx
    import onnxruntime
    import paddle

    versions = {
        'python': sys.version.split()[0],
        'numpy': np.__version__,
        'onnx': onnx.__version__,
        'onnxruntime': onnxruntime.__version__,
        'paddlepaddle': paddle.__version__,
        'mindspore': 'formulas of tools/converter/quantizer, written down in observers.py',
    }
    systems = {'onnxruntime': onnxruntime_cases, 'paddle': paddle_cases, 'mindspore': mindspore_cases}
    cases = []
    for shape in SHAPES:
        batches = samples(shape)
        for system, of in systems.items():
            for method, options, compute in of(shape, batches):
                threshold = compute()
                cases.append({'shape': shape, 'system': system, 'method': method, 'options': options, 'threshold': threshold})
                print(shape, system, method, options, threshold, file=sys.stderr)
    head = {'versions': versions, 'rows': ROWS, 'length': LENGTH, 'batches': BATCHES}
    text = json.dumps({**head, 'cases': ['@'] * len(cases)}, indent=1)
    for case in cases:
        text = text.replace('"@"', json.dumps(case), 1)
    REAL_STDOUT.write(text + '\n')


if __name__ == '__main__':
    # The systems print as they go.
    REAL_STDOUT, sys.stdout = sys.stdout, sys.stderr
    main()
