"""Weights that need not be stored: both sides make them by a linear congruential generator.

state ← 1664525·state + 1013904223 mod 2³²; a value is step·(⌊state / 2²⁴⌋ − 128) + bias, each operation rounded to float32.
"""

import zlib

import numpy as np

MULTIPLIER, INCREMENT = np.uint32(1664525), np.uint32(1013904223)


def values(count, seed, step, bias):
    powers = np.cumprod(np.full(count, MULTIPLIER, np.uint32), dtype=np.uint32)
    sums = np.cumsum(np.concatenate([np.ones(1, np.uint32), powers[:-1]]), dtype=np.uint32)
    states = powers * np.uint32(seed) + sums * INCREMENT
    return ((states >> np.uint32(24)).astype(np.float32) - np.float32(128)) * np.float32(step) + np.float32(bias)


def shape_of_values(name, dims):
    """Step and bias that keep the magnitudes of a net steady: by fan-in for weights, about 1 for what scales or is a variance."""
    if len(dims) == 1:
        ones = name.endswith(('.w_0', '.w_2'))
        return 2**-9, 1.0 if ones else 0.0
    fan_in = int(np.prod(dims[1:])) if len(dims) == 4 else dims[0]
    return float(np.float32(np.sqrt(6 / fan_in) / 128)), 0.0


def fill_of(name, dims):
    step, bias = shape_of_values(name, dims)
    return {'seed': zlib.crc32(name.encode()), 'step': step, 'bias': bias}


def filled(name, dims):
    return values(int(np.prod(dims)), **fill_of(name, dims)).reshape(dims)
