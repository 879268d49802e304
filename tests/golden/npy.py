# Writes npy.json: .npy and .npz files as NumPy makes them, base64, with what is in them. Run: python npy.py > npy.json

import base64
import io
import json

import numpy as np

cases = []


def add(name, write, arrays):
    stream = io.BytesIO()
    write(stream)
    cases.append({
        "name": name,
        "file": base64.b64encode(stream.getvalue()).decode(),
        "arrays": {
            key: {
                "dtype": str(a.dtype.newbyteorder("=")),
                "dims": list(a.shape),
                "bytes": base64.b64encode(np.ascontiguousarray(a).astype(a.dtype.newbyteorder("<")).tobytes()).decode(),
            }
            for key, a in arrays.items()
        },
    })


def npy(name, array, version=None):
    add(name, lambda s: np.lib.format.write_array(s, array, version=version, allow_pickle=False), {"": array})


rng = np.random.default_rng(1)
for code in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    bits = rng.integers(0, 2 if code == "b1" else 256, 6 * np.dtype(code).itemsize, dtype=np.uint8)
    array = bits.view(code).reshape(2, 3)
    npy(code, array)
    if np.dtype(code).itemsize > 1:
        npy(f">{code}", array.astype(f">{code}"))
base = np.arange(12, dtype="<f4").reshape(3, 4)
for version in [(1, 0), (2, 0), (3, 0)]:
    npy(f"version {version[0]}", base, version)
npy("scalar", np.array(2.5, dtype="<f8"))
npy("one dim", np.arange(5, dtype="<i8"))
npy("empty", np.zeros((0, 3), dtype="<f4"))
npy("column-major with one long dim", np.asfortranarray(np.arange(5, dtype="<f4").reshape(1, 5, 1)))
both = {"x": base, "y/z": np.arange(3, dtype="<i8")}
add("savez", lambda s: np.savez(s, **both), both)
add("savez_compressed", lambda s: np.savez_compressed(s, **both), both)
print(json.dumps({"numpy": np.__version__, "cases": cases}, indent=1))
