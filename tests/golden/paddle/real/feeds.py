"""Inputs that can be made again: smooth pictures with noise, pictures of text, token ids."""

import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LIMITS = {'input_ids': 30000, 'token_type_ids': 2, 'position_ids': 100}
WORDS = 'measure twice, cut once: 8 bits hold 256 codes and a scale tells what each of them stands for in the net'.split()


def values_of(feed, case):
    """Arrays by name. feed: dims by name; case: `seed`, a text, and `text`, whether pictures are of text."""
    return {name: value_of(name, dims, case) for name, dims in feed.items()}


def value_of(name, dims, case):
    rng = np.random.default_rng(zlib.crc32(f"{case['seed']} {name} {dims}".encode()))
    if len(dims) < 3:
        return rng.integers(0, LIMITS[name], dims).astype('int64')
    return (text if case.get('text') else smooth)(rng, dims).astype('float32')


def smooth(rng, dims):
    *outer, height, width = dims
    y, x = np.mgrid[0:height, 0:width] / 32
    picture = np.zeros(dims)
    for _ in range(6):
        phase = rng.uniform(0, 6, [*outer, 1, 1])
        a, b = rng.uniform(-2, 2, [2, *outer, 1, 1])
        picture += 0.3 * np.sin(a * x + b * y + phase)
    return picture + 0.2 * rng.standard_normal(dims)


def text(rng, dims):
    """Lines of words, dark on light, from -1 to 1, with a little noise; a low picture is one line."""
    batch, channels, height, width = dims
    size = 30 if height < 64 else 24
    font = ImageFont.load_default(size)
    pictures = []
    for _ in range(batch):
        picture = Image.new('L', (width, height), int(rng.integers(200, 255)))
        draw = ImageDraw.Draw(picture)
        for top in range(4, height - size, 2 * size):
            line = ' '.join(rng.choice(WORDS, 1 + width // 100))
            draw.text((8, top), line, fill=int(rng.integers(0, 60)), font=font)
        pictures.append(np.asarray(picture) / 127.5 - 1)
    return np.repeat(np.stack(pictures)[:, None], channels, 1) + 0.05 * rng.standard_normal(dims)
