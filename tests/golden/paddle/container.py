"""The container of the Paddle goldens: NAME.json.gz, an index, and NAME.bin.gz, every file and array one behind the other.

Both are the same bytes each time they are made of the same contents. README.md says what the index holds.
"""

import functools
import gzip
import hashlib
import json
from pathlib import Path

import numpy as np

import fill

FOLDER = Path(__file__).parent


class Container:
    def __init__(self, name, versions):
        self.name, self.cases, self.versions = name, [], versions
        self.chunks, self.length, self.places = [], 0, {}

    def file(self, data):
        """Place of some bytes, from a multiple of 8; equal bytes are stored once."""
        key = hashlib.sha256(data).digest()
        if key not in self.places:
            padding = -self.length % 8
            self.chunks += [bytes(padding), data]
            self.length += padding
            self.places[key] = {'offset': self.length, 'length': len(data)}
            self.length += len(data)
        return self.places[key]

    def pieced(self, pieces):
        """A file of stored pieces and of values that the reader makes (fill.py)."""
        return {'pieces': [self.file(piece) if isinstance(piece, bytes) else piece for piece in pieces]}

    def array(self, array):
        array = np.ascontiguousarray(array)
        dtype = 'bool' if array.dtype == np.bool_ else array.dtype.name
        return {'dtype': dtype, 'dims': list(array.shape), 'offset': self.file(array.tobytes())['offset']}

    def arrays(self, named):
        return {name: self.array(array) for name, array in named.items()}

    def add(self, name, files=(), arrays=(), **facts):
        """files: bytes or lists of pieces by name; arrays: arrays by name, by group ('inputs', 'outputs', …); facts: whatever is JSON."""
        assert all(case['name'] != name for case in self.cases), name
        places = {key: self.file(data) if isinstance(data, bytes) else self.pieced(data) for key, data in dict(files).items()}
        case = {'name': name, **facts, 'files': places}
        case.update({group: self.arrays(named) for group, named in dict(arrays).items()})
        self.cases.append(case)

    def write(self):
        index = {'versions': self.versions, 'byteLength': self.length, 'cases': self.cases}
        for ending, data in (('json', json.dumps(index).encode()), ('bin', b''.join(self.chunks))):
            (FOLDER / f'{self.name}.{ending}.gz').write_bytes(gzip.compress(data, 9, mtime=0))
        sizes = [(FOLDER / f'{self.name}.{ending}.gz').stat().st_size for ending in ('json', 'bin')]
        print(f'{self.name}: {len(self.cases)} cases, {self.length} bytes, {sizes[0]} + {sizes[1]} compressed')


@functools.cache
def read(container):
    index = json.loads(gzip.decompress((FOLDER / f'{container}.json.gz').read_bytes()))
    data = gzip.decompress((FOLDER / f'{container}.bin.gz').read_bytes())
    return {case['name']: case for case in index['cases']}, data


def read_names(container):
    """Names of the cases of a container that was written."""
    return list(read(container)[0])


def read_case(container, name):
    cases, data = read(container)
    return cases[name], data


def read_file(container, name, ending):
    """Bytes of a file of a case that was written."""
    case, data = read_case(container, name)

    def piece(stored):
        if 'seed' in stored:
            return fill.values(**stored).tobytes()
        return data[stored['offset'] : stored['offset'] + stored['length']]

    stored = case['files'][ending]
    return b''.join(map(piece, stored['pieces'])) if 'pieces' in stored else piece(stored)


def read_arrays(container, name, group):
    """Arrays of a case that was written."""
    case, data = read_case(container, name)

    def array(place):
        count = int(np.prod(place['dims'], dtype=np.int64))
        return np.frombuffer(data, place['dtype'], count, place['offset']).reshape(place['dims'])

    return {key: array(place) for key, place in case[group].items()}
