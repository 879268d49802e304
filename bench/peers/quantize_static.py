"""onnxruntime's own static quantization, as its documentation shows it: pre-processing, then quantize_static with QDQ.

  python quantize_static.py MODEL SAMPLES_FOLDER METHOD OUTPUT COUNT

Calibrates with COUNT samples: the .npy files of the folder in order, from the first again where there are fewer. METHOD
is MinMax, Percentile or Entropy. Prints one line of JSON: seconds and peak memory of the process, and the versions.
"""

import json
import os
import platform
import resource
import sys
import tempfile
import time

import numpy
import onnx
import onnxruntime
from onnx import version_converter
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

# Scales for each channel are an attribute of DequantizeLinear from this operator set on.
LEAST_OPSET = 13


class Samples(CalibrationDataReader):
    def __init__(self, name, folder, count):
        files = sorted(os.listdir(folder))
        self.paths = iter([os.path.join(folder, files[i % len(files)]) for i in range(count)])
        self.name = name

    def get_next(self):
        path = next(self.paths, None)
        return None if path is None else {self.name: numpy.load(path)}


def prepared(path, folder):
    """The model in an operator set that allows scales for each channel, shapes inferred, graph optimized."""
    model = onnx.load(path)
    opset = next(each.version for each in model.opset_import if each.domain in ("", "ai.onnx"))
    if opset < LEAST_OPSET:
        model = version_converter.convert_version(model, LEAST_OPSET)
    raised = os.path.join(folder, "raised.onnx")
    onnx.save(model, raised)
    out = os.path.join(folder, "prepared.onnx")
    try:
        quant_pre_process(raised, out)
    except Exception:  # symbolic shape inference does not get through every model
        quant_pre_process(raised, out, skip_symbolic_shape=True)
    return out, model.graph.input[0].name


def main():
    path, samples, method, output, count = sys.argv[1:6]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # symbolic shape inference leaves a file where it fails
        model, name = prepared(path, folder)
        quantize_static(
            model,
            output,
            Samples(name, samples, int(count)),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=getattr(CalibrationMethod, method),
        )
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - start,
                # Kilobytes on Linux.
                "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "versions": {
                    "python": platform.python_version(),
                    "onnxruntime": onnxruntime.__version__,
                    "onnx": onnx.__version__,
                    "numpy": numpy.__version__,
                },
            }
        )
    )


main()
