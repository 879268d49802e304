"""Makes vectors.bin.gz and index.json. See README.md for the layout, the versions used and how to run it.

Every expected value comes from a tool that is not Octavo. Where two tools answer, both must agree bit for bit,
otherwise this script stops: a vector on which the outside world disagrees would be no truth.
"""

import gzip
import json
import pathlib
import platform

import ml_dtypes
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

HERE = pathlib.Path(__file__).parent
RNG = np.random.default_rng(20260801)
F32 = np.float32
CODES = {
    "int8": (TensorProto.INT8, np.int8, -128, 127),
    "uint8": (TensorProto.UINT8, np.uint8, 0, 255),
    "int16": (TensorProto.INT16, np.int16, -32768, 32767),
    "uint16": (TensorProto.UINT16, np.uint16, 0, 65535),
    "int4": (TensorProto.INT4, ml_dtypes.int4, -8, 7),
    "uint4": (TensorProto.UINT4, ml_dtypes.uint4, 0, 15),
}

cases = []
blob = bytearray()
stored_at = {}


def store(array):
    """Appends an array at an offset that is a multiple of 8, or finds an equal one, and says where it is."""
    array = np.ascontiguousarray(array)
    content = array.tobytes()
    if content not in stored_at:
        while len(blob) % 8:
            blob.append(0)
        stored_at[content] = len(blob)
        blob.extend(content)
    return {"dtype": str(array.dtype), "dims": list(array.shape), "offset": stored_at[content]}


def add(kind, name, options, **arrays):
    stored = {}
    for key, value in arrays.items():
        if value.dtype in (ml_dtypes.int4, ml_dtypes.uint4):
            value = value.astype(np.int8 if value.dtype == ml_dtypes.int4 else np.uint8)
        stored[key] = store(value)
    cases.append({"kind": kind, "name": name, **options, "arrays": stored})


def model_of(nodes, inputs, outputs, constants, opset):
    nodes = nodes if isinstance(nodes, list) else [nodes]
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializer=constants)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def tensor(name, array):
    return onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)


def run_ort(model, feeds):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def run_both(model, feeds, what, reference=True, where=None):
    """onnxruntime's answer, after checking that onnx's reference implementation gives the same bits (`where`)."""
    got = run_ort(model, feeds)
    if reference:
        want = ReferenceEvaluator(model).run(None, feeds)
        for a, b in zip(want, got):
            a, b = np.asarray(a), np.asarray(b)
            if a.shape != b.shape:
                raise SystemExit(f"{what}: reference gives {a.shape}, onnxruntime {b.shape}")
            bits = [np.ascontiguousarray(v).reshape(-1, 1).view(np.uint8) for v in (a, b.astype(a.dtype))]
            bad = (bits[0] != bits[1]).any(1) & (True if where is None else where.reshape(-1))
            if bad.any():
                raise SystemExit(f"{what}: reference and onnxruntime differ at {np.flatnonzero(bad)[:9]} of {a.size}")
    return got


# ---- hard inputs ---------------------------------------------------------------------------------------------


def hard_values(scale, zero_point, qmin, qmax):
    """Ties and their neighbours around both ends and zero, signed zeros, subnormals, huge values, infinities."""
    steps = {-3, -2, -1, 0, 1, 2, 3, qmin - zero_point, qmax - zero_point, 126, 127, 128, 254, 255, 256, 32767, 65535}
    points = []
    for step in sorted(steps):
        for half in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5):
            with np.errstate(over="ignore"):
                x = F32(F32(step + half) * F32(scale))
            points += [x, np.nextafter(x, F32(np.inf)), np.nextafter(x, F32(-np.inf))]
    tiny = [0.0, -0.0, 1e-45, -1e-45, 1e-40, -1e-40, 1.1754942e-38, -1.1754942e-38, 1.17549435e-38, -1.17549435e-38]
    huge = [1e10, -1e10, 2147483648, -2147483648, 4294967296, -4294967296, 9.3e18, -9.3e18, 1e30, -1e30]
    ends = [3.4028235e38, -3.4028235e38, np.inf, -np.inf, 8388607.5, 8388608, 12582912, 16777217, -8388607.5, -12582912]
    values = np.array(points + tiny + huge + ends, F32)
    return values[~np.isnan(values)]


def quantize_model(dtype, scale, zero_point, axis, block, dims):
    code, _, _, _ = CODES[dtype]
    attributes = {} if axis is None else {"axis": axis}
    if block:
        attributes["block_size"] = block
    # Python cannot take 4-bit tensors from onnxruntime: a Cast widens them; for the others it changes nothing.
    wide = {TensorProto.INT4: TensorProto.INT8, TensorProto.UINT4: TensorProto.UINT8}.get(code, code)
    quantize = helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], **attributes)
    nodes = [quantize, helper.make_node("Cast", ["q"], ["y"], to=wide)]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)]
    outputs = [helper.make_tensor_value_info("y", wide, dims)]
    return model_of(nodes, inputs, outputs, [tensor("s", scale), tensor("z", zero_point)], 21)


def expand(scale, dims, axis, block):
    """The scale of every element."""
    if axis is None:
        return np.broadcast_to(scale, dims)
    if block is None:
        return np.broadcast_to(scale.reshape([-1 if i == axis else 1 for i in range(len(dims))]), dims)
    return np.take(np.repeat(scale, block, axis), range(dims[axis]), axis)


def quantize_case(name, dtype, x, scale, zero_point, axis=None, block=None, reference=True):
    scale, zero_point = np.asarray(scale, F32), np.asarray(zero_point).astype(CODES[dtype][1])
    model = quantize_model(dtype, scale, zero_point, axis, block, x.shape)
    # The reference goes through int32 before it saturates, so it wraps where |x / scale| passes 2^31; the standard
    # saturates, and so does onnxruntime.
    with np.errstate(all="ignore"):
        quotient = np.abs(x / expand(scale, x.shape, axis, block))
        codes = run_both(model, {"x": x}, name, reference, quotient < 2.0**30)[0]
    options = {"dtype": dtype, "axis": axis, "blockSize": block}
    add("quantize", name, options, x=x, scale=scale.reshape(-1), zeroPoint=zero_point.reshape(-1), codes=codes)


def zero_points(dtype):
    _, _, qmin, qmax = CODES[dtype]
    middle = (qmin + qmax + 1) // 2
    return sorted({qmin, middle, qmax})


def per_tensor_quantize():
    scales = [1.0, 0.1, 2.0**-10, 500.0, 2.0**32, 1e-38, 1e-42]
    for dtype in CODES:
        _, _, qmin, qmax = CODES[dtype]
        chosen = scales if dtype in ("int8", "uint8") else scales[:2]
        for scale in chosen:
            for zero_point in zero_points(dtype):
                x = hard_values(scale, zero_point, qmin, qmax)
                quantize_case(f"{dtype}, scale {scale:g}, zero point {zero_point}", dtype, x, scale, zero_point)


def random_scales(count):
    return (RNG.uniform(0.5, 2.0, count) * 2.0 ** RNG.integers(-9, 3, count)).astype(F32)


def random_zero_points(dtype, shape):
    _, _, qmin, qmax = CODES[dtype]
    zero_point = RNG.integers(qmin, qmax + 1, shape)
    zero_point.reshape(-1)[:2] = [qmin, qmax]
    return zero_point


def spread(dims):
    """Normal values with a share of ties at scale 1, zeros and large ones mixed in; the same for equal dims."""
    rng = np.random.default_rng(list(dims))
    x = (rng.standard_normal(dims) * 40).astype(F32)
    kind = rng.integers(0, 8, dims)
    x[kind == 0] = np.rint(x[kind == 0]) + F32(0.5)
    x[kind == 1] *= F32(1e4)
    x[rng.integers(0, 64, dims) == 0] = F32(-0.0)
    return x


SHAPES = [((5,), (0,)), ((4, 9), (0, 1)), ((3, 5, 7), (0, 1, 2)), ((4, 3, 3, 5), (0, 1, 3))]
BLOCKED = [((3, 64), 1, 32), ((32, 6), 0, 16), ((3, 32, 5), 1, 16), ((3, 70), 1, 32), ((70, 3), 0, 32), ((2, 37, 3), 1, 16)]


def block_dims(dims, axis, block):
    return tuple(-(-d // block) if i == axis else d for i, d in enumerate(dims))


def shaped_quantize():
    for dtype in CODES:
        for dims, axes in SHAPES:
            for axis in axes:
                count = dims[axis]
                name = f"{dtype} {list(dims)} channels on axis {axis}"
                quantize_case(name, dtype, spread(dims), random_scales(count), random_zero_points(dtype, count), axis)
        for dims, axis, block in BLOCKED:
            shape = block_dims(dims, axis, block)
            name = f"{dtype} {list(dims)} blocks of {block} on axis {axis}"
            scale = random_scales(int(np.prod(shape))).reshape(shape)
            # onnx's reference wants whole blocks; onnxruntime alone answers for a partial last one.
            whole = dims[axis] % block == 0
            quantize_case(name, dtype, spread(dims), scale, random_zero_points(dtype, shape), axis, block, whole)


# ---- dequantize ----------------------------------------------------------------------------------------------


def dequantize_case(name, dtype, codes, scale, zero_point, axis=None, block=None, reference=True):
    code, numpy_type, _, _ = CODES[dtype]
    scale, zero_point = np.asarray(scale, F32), np.asarray(zero_point).astype(numpy_type)
    attributes = {} if axis is None else {"axis": axis}
    if block:
        attributes["block_size"] = block
    node = helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], **attributes)
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, codes.shape)]
    constants = [tensor("q", codes.astype(numpy_type)), tensor("s", scale), tensor("z", zero_point)]
    with np.errstate(all="ignore"):
        values = run_both(model_of(node, [], outputs, constants, 21), {}, name, reference)[0]
    options = {"dtype": dtype, "axis": axis, "blockSize": block}
    arrays = {"codes": codes.astype(numpy_type), "scale": scale.reshape(-1), "zeroPoint": zero_point.reshape(-1)}
    add("dequantize", name, options, **arrays, values=values)


def dequantize_cases():
    for dtype in CODES:
        _, _, qmin, qmax = CODES[dtype]
        step = 1 if qmax - qmin < 256 else 509
        codes = np.unique(np.concatenate([np.arange(qmin, qmax + 1, step), [qmin, qmin + 1, qmax - 1, qmax]]))
        for scale in (1.0, 0.1, 1e-42, 3e36):
            for zero_point in zero_points(dtype):
                dequantize_case(f"{dtype}, scale {scale:g}, zero point {zero_point}", dtype, codes, scale, zero_point)
        for dims, axes in SHAPES:
            for axis in axes:
                codes_nd = RNG.integers(qmin, qmax + 1, dims)
                count = dims[axis]
                name = f"{dtype} {list(dims)} channels on axis {axis}"
                dequantize_case(name, dtype, codes_nd, random_scales(count), random_zero_points(dtype, count), axis)
        for dims, axis, block in BLOCKED:
            shape = block_dims(dims, axis, block)
            codes_nd = RNG.integers(qmin, qmax + 1, dims)
            scale = random_scales(int(np.prod(shape))).reshape(shape)
            name = f"{dtype} {list(dims)} blocks of {block} on axis {axis}"
            whole = dims[axis] % block == 0
            dequantize_case(name, dtype, codes_nd, scale, random_zero_points(dtype, shape), axis, block, whole)


# ---- dynamic -------------------------------------------------------------------------------------------------


def dynamic_cases():
    node = helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"])
    # Equal to the reference in every bit but where 0 - min/scale is a tie the two may round apart: then skipped.
    spreads = [(-1, 1), (0, 1), (-1, 0), (2, 3), (-3, -2), (-1e-3, 5), (-1e30, 1e30), (-1e-38, 1e-38)]
    for index, (low, high) in enumerate(spreads * 2):
        x = RNG.uniform(low, high, 40).astype(F32)
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)]
        kinds = [TensorProto.UINT8, TensorProto.FLOAT, TensorProto.UINT8]
        outputs = [helper.make_tensor_value_info(n, k, None) for n, k in zip("ysz", kinds)]
        name = f"{index}: [{low:g}, {high:g}]"
        y, s, z = run_both(model_of(node, inputs, outputs, [], 13), {"x": x}, name)
        add("dynamicQuantize", name, {}, x=x, codes=y, scale=s.reshape(-1), zeroPoint=z.reshape(-1))


# ---- 16-bit floats -------------------------------------------------------------------------------------------


def cast(array, to):
    inputs = [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)]
    outputs = [helper.make_tensor_value_info("y", to, array.shape)]
    return run_ort(model_of(helper.make_node("Cast", ["x"], ["y"], to=to), inputs, outputs, [], 13), {"x": array})[0]


def same_bits(a, b, what):
    """Equal bits wherever the value is a number; NaN where it is not."""
    nan = np.isnan(a.astype(F32))
    if not np.array_equal(nan, np.isnan(b.astype(F32))):
        raise SystemExit(f"{what}: NaN in different places")
    word = {2: np.uint16, 4: np.uint32}[a.dtype.itemsize]
    if not np.array_equal(a.view(word)[~nan], b.view(word)[~nan]):
        raise SystemExit(f"{what}: different bits")


def narrow_inputs(kind):
    """Every representable value's midpoint to the next one and both neighbours of it, for a sample; extremes."""
    bits = np.arange(0, 65536, 61, dtype=np.uint16) if kind == "float16" else np.arange(0, 65536, 127, dtype=np.uint16)
    low = bits[(bits & 0x7FFF) < (0x7BFF if kind == "float16" else 0x7F7F)]
    view = np.float16 if kind == "float16" else ml_dtypes.bfloat16
    a = low.view(view).astype(np.float64)
    b = (low + np.uint16(1)).view(view).astype(np.float64)
    middle = ((a + b) / 2).astype(F32)
    near = [middle, np.nextafter(middle, F32(np.inf)), np.nextafter(middle, F32(-np.inf)), a.astype(F32)]
    ends = [65503.9, 65504, 65519.99, 65520, 65520.01, 65536, 3.4028235e38, 3.3961776e38, 3.3895314e38, np.inf]
    ends += [2.0**-24, 2.0**-25, 2.9802326e-08, 2.0**-26, 6.0975552e-05, 6.103515625e-05, 1e-45, 1e-40, 0.0, np.nan]
    values = np.concatenate([v for v in near] + [np.array(ends, F32), -np.array(ends, F32)])
    return np.concatenate([values, RNG.integers(0, 2**32, 500, dtype=np.uint64).astype(np.uint32).view(F32)])


def half_cases():
    half = np.arange(65536, dtype=np.uint32).astype(np.uint16).view(np.float16)
    wide = half.astype(F32)
    same_bits(wide, cast(half, TensorProto.FLOAT), "float16 to float32")
    canonical = np.where(np.isnan(wide), F32(np.nan), wide)
    add("float16ToFloat32", "all 65536", {}, values=canonical.view(np.uint32))
    with np.errstate(all="ignore"):
        x = narrow_inputs("float16")
        y = x.astype(np.float16)
        same_bits(y, cast(x, TensorProto.FLOAT16), "float32 to float16")
        add("float32ToFloat16", "ties, ends, random bits", {}, x=x.view(np.uint32), codes=y.view(np.uint16))
        x = narrow_inputs("bfloat16")
        y = x.astype(ml_dtypes.bfloat16)
        add("float32ToBfloat16", "ties, ends, random bits", {}, x=x.view(np.uint32), codes=y.view(np.uint16))


# ---- packing -------------------------------------------------------------------------------------------------


def bit_stream(values, bits):
    """Codes one after the other, each low bit first, bytes filled from their low bit."""
    values = np.asarray(values).astype(np.int64).reshape(-1)
    lanes = ((values[:, None] >> np.arange(bits)) & 1).astype(np.uint8).reshape(-1)
    return np.packbits(lanes, bitorder="little")


def packing_cases():
    for name in ("int4", "uint4"):
        code, numpy_type, qmin, qmax = CODES[name]
        for count in (1, 2, 7, 16, 33, 64, 129):
            codes = RNG.integers(qmin, qmax + 1, count).astype(numpy_type)
            raw = onnx.numpy_helper.from_array(codes, "t").raw_data
            add("packOnnx", f"{name} {count}", {"dtype": name}, codes=codes, packed=np.frombuffer(raw, np.uint8))
    for name, numpy_type, qmin in (("int2", ml_dtypes.int2, -2), ("uint2", ml_dtypes.uint2, 0)):
        for count in (1, 3, 4, 7, 16, 33, 129):
            codes = RNG.integers(qmin, qmin + 4, count)
            raw = onnx.numpy_helper.from_array(codes.astype(numpy_type), "t").raw_data
            wide = codes.astype(np.int8 if qmin else np.uint8)
            add("packOnnx", f"{name} {count}", {"dtype": name}, codes=wide, packed=np.frombuffer(raw, np.uint8))
    for bits in range(1, 17):
        for count in (1, 7, 8, 9, 31, 65):
            codes = RNG.integers(0, 1 << bits, count).astype(np.uint16)
            add("packStream", f"{bits} bits, {count}", {"bits": bits}, codes=codes, packed=bit_stream(codes, bits))


def matmul_nbits_cases():
    for bits in (2, 4, 8):
        for n, k, block in ((3, 16, 16), (4, 64, 32), (3, 50, 16), (5, 100, 32), (2, 48, 64), (3, 130, 128), (4, 96, 16)):
            blocks = -(-k // block)
            codes = RNG.integers(0, 1 << bits, (n, k)).astype(np.uint8)
            padded = np.zeros((n, blocks * block), np.uint8)
            padded[:, :k] = codes
            scale = random_scales(n * blocks).reshape(n, blocks)
            zero_point = RNG.integers(0, 1 << bits, (n, blocks)).astype(np.uint8)
            packed = np.stack([bit_stream(row, bits) for row in padded]).reshape(n, blocks, block * bits // 8)
            packed_zero = np.stack([bit_stream(row, bits) for row in zero_point])
            for with_zero in (False, True):
                names = ["a", "b", "s"] + (["z"] if with_zero else [])
                constants = [tensor("b", packed), tensor("s", scale)] + ([tensor("z", packed_zero)] if with_zero else [])
                settings = {"K": k, "N": n, "bits": bits, "block_size": block, "accuracy_level": 1}
                node = helper.make_node("MatMulNBits", names, ["y"], domain="com.microsoft", **settings)
                inputs = [helper.make_tensor_value_info("a", TensorProto.FLOAT, (k, k))]
                outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, (k, n))]
                # The product with the identity shows what onnxruntime takes the weight to be.
                model = model_of(node, inputs, outputs, constants, 13)
                weight = run_ort(model, {"a": np.eye(k, dtype=F32)})[0]
                zeros = zero_point if with_zero else np.full_like(zero_point, 1 << (bits - 1))
                wide = np.repeat(zeros.astype(np.int32), block, 1)[:, :k]
                mine = (codes.astype(np.int32) - wide).astype(F32) * np.repeat(scale, block, 1)[:, :k]
                if not np.allclose(mine.T, weight, rtol=1e-6, atol=1e-6):
                    raise SystemExit(f"MatMulNBits {bits} {n} {k} {block}: layout differs")
                if not with_zero:
                    continue
                arrays = {"codes": codes, "scale": scale, "zeroPoint": zero_point, "weight": np.ascontiguousarray(mine.T)}
                options = {"bits": bits, "blockSize": block}
                name = f"{bits} bits, N {n}, K {k}, block {block}"
                add("matMulNBits", name, options, **arrays, packed=packed, packedZeroPoint=packed_zero)


per_tensor_quantize()
shaped_quantize()
dequantize_cases()
dynamic_cases()
half_cases()
packing_cases()
matmul_nbits_cases()

versions = {"python": platform.python_version(), "numpy": np.__version__, "ml_dtypes": ml_dtypes.__version__}
versions |= {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__}
(HERE / "vectors.bin.gz").write_bytes(gzip.compress(bytes(blob), 9, mtime=0))
lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
text = f'{{"versions":{json.dumps(versions)},\n"byteLength":{len(blob)},\n"cases":[\n{lines}\n]}}\n'
(HERE / "index.json.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))
print(len(cases), "cases,", len(blob), "bytes,", sum(f.stat().st_size for f in HERE.glob("*.gz")), "packed")
