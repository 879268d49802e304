"""Inputs of the cases: seeded, and on a coarse grid so that they compress; sums of products of them are exact or nearly so."""

import zlib

import numpy as np


def grid(name, *dims, span=128, step=32, dtype=np.float32):
    """Values k / step with |k| < span, seeded by a name."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    return (generator.integers(-span + 1, span, dims) / step).astype(dtype)


def positive(name, *dims):
    return np.abs(grid(name, *dims)) + np.float32(0.25)


def integers(name, low, high, *dims, dtype=np.int64):
    return np.random.default_rng(zlib.crc32(name.encode())).integers(low, high, dims).astype(dtype)
