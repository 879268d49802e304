# Writes images.json.gz: small JPEG and PNG files with the pixels Pillow decodes them to, and resized pictures with what
# Pillow (antialiased) and OpenCV (not) make of them.
# Run: pip install pillow==13.0.0 opencv-python-headless==5.0.0 numpy==2.4.6; python images.py

import base64
import gzip
import io
import json
import os
import struct
import zlib

import cv2
import numpy as np
import PIL
from PIL import Image, ImageOps

rng = np.random.default_rng(4)
cases = []


def b64(data):
    return base64.b64encode(bytes(data)).decode()


def picture(width, height, channels=3):
    y, x = np.mgrid[0:height, 0:width]
    waves = [(np.sin(x / (3 + c)) + np.cos(y / (6 - c)) + 2) * 60 for c in range(channels)]
    return np.clip(np.stack(waves, -1) + rng.normal(0, 12, (height, width, channels)), 0, 255).astype(np.uint8)


def decoded(name, file, upright=False):
    image = Image.open(io.BytesIO(file))
    image.load()
    image = ImageOps.exif_transpose(image) if upright else image
    add_decoded(name, file, image.size, image.convert("RGB").tobytes())


def add_decoded(name, file, size, rgb):
    cases.append({"kind": "decode", "name": name, "file": b64(file), "width": size[0], "height": size[1], "rgb": b64(rgb)})


def jpeg(name, image, **options):
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    decoded(name, stream.getvalue(), upright="exif" in options)
    return stream.getvalue()


def jpegs():
    for width, height in [(1, 1), (5, 2), (2, 9), (17, 33), (40, 23)]:
        size = f"{width} x {height}"
        color = Image.fromarray(picture(width, height))
        for sampling in ("4:4:4", "4:2:2", "4:2:0", "4:1:1"):
            for progressive in (False, True):
                for extra in ({}, {"restart_marker_blocks": 2}):
                    restarts = " restarts" if extra else ""
                    kind = "progressive" if progressive else "baseline"
                    jpeg(f"jpeg {size} {sampling} {kind}{restarts}", color, quality=85, subsampling=sampling,
                         progressive=progressive, **extra)
        for progressive in (False, True):
            jpeg(f"jpeg {size} gray {progressive}", color.convert("L"), quality=80, progressive=progressive)
        jpeg(f"jpeg {size} rgb", color, quality=90, keep_rgb=True)
        inks = jpeg(f"jpeg {size} cmyk", Image.fromarray(picture(width, height, 4), "CMYK"), quality=80, subsampling=2)
        turned = bytearray(inks)
        turned[turned.find(b"Adobe") + 11] = 2
        decoded(f"jpeg {size} ycck", turned)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        jpeg(f"jpeg orientation {orientation}", Image.fromarray(picture(11, 6)), quality=90, exif=exif)
    for quality in (5, 30, 100):
        jpeg(f"jpeg quality {quality}", Image.fromarray(picture(24, 24)), quality=quality)
    # Halved down but not across: a file of 4:2:2 whose picture is turned keeps its factors that way round.
    file = bytearray(jpeg("jpeg to be changed", Image.fromarray(picture(32, 32)), quality=90, subsampling="4:2:2"))
    at = file.find(b"\xff\xc0") + 11
    assert file[at] == 0x21
    file[at] = 0x12
    decoded("jpeg 4:4:0", file)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(samples, channels, depth):
    rows, before, step = [], None, max(1, channels * depth // 8)
    for row in samples:
        values = row.reshape(-1)
        if depth >= 8:
            raw = values.astype(">u2" if depth == 16 else np.uint8).tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in values)
            bits += "0" * (-len(bits) % 8)
            raw = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        up, kind = before or bytes(len(raw)), int(rng.integers(0, 5))
        out = bytearray()
        for i, byte in enumerate(raw):
            left, corner = (raw[i - step], up[i - step]) if i >= step else (0, 0)
            p = left + up[i] - corner
            paeth = min((abs(p - left), 0, left), (abs(p - up[i]), 1, up[i]), (abs(p - corner), 2, corner))[2]
            out.append((byte - [0, left, up[i], (left + up[i]) // 2, paeth][kind]) & 255)
        rows.append(bytes([kind]) + bytes(out))
        before = raw
    return b"".join(rows)


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(width, height, color, depth, interlaced):
    channels, most = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color], (1 << depth) - 1
    samples = np.sort(rng.integers(0, most + 1, (height, width, channels)), axis=1)
    parts = [samples[y::down, x::across] for x, y, across, down in PASSES] if interlaced else [samples]
    data = zlib.compress(b"".join(filtered(part, channels, depth) for part in parts if part.size), int(rng.integers(0, 10)))
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))
    palette = rng.integers(0, 256, 3 * (most + 1)).astype(np.uint8).tobytes() if color == 3 else None
    if color == 3:
        file += chunk(b"PLTE", palette) + chunk(b"tRNS", bytes(rng.integers(0, 256, 2).astype(np.uint8)))
    cut = int(rng.integers(1, len(data) + 1))
    file += b"".join(chunk(b"IDAT", data[i : i + cut]) for i in range(0, len(data), cut))
    file += chunk(b"tEXt", b"a\0b") + chunk(b"IEND", b"")
    # By the definition of the samples; Pillow agrees wherever it reads the kind as 8 bits a colour.
    levels = samples >> 8 if depth == 16 else samples
    if color == 3:
        rgb = np.frombuffer(palette, np.uint8).reshape(-1, 3)[levels[..., 0]]
    elif color in (0, 4):
        rgb = np.repeat(levels[..., :1] * (255 // most if depth < 8 else 1), 3, 2)
    else:
        rgb = levels[..., :3]
    rgb = rgb.astype(np.uint8).tobytes()
    if depth != 16 or color == 2:
        assert Image.open(io.BytesIO(file)).convert("RGBA").convert("RGB").tobytes() == rgb
    add_decoded(f"png {width} x {height} colour {color} depth {depth}{' interlaced' if interlaced else ''}", file,
                (width, height), rgb)


def pngs():
    depths = {0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]}
    for width, height in [(1, 1), (3, 9), (21, 13)]:
        for color, allowed in depths.items():
            for depth in allowed:
                for interlaced in (0, 1):
                    png(width, height, color, depth, interlaced)


PILLOW = {"LINEAR": Image.BILINEAR, "CUBIC": Image.BICUBIC}
OPENCV = {"LINEAR": cv2.INTER_LINEAR, "CUBIC": cv2.INTER_CUBIC}


def resizes():
    for width, height in [(1, 1), (7, 5), (31, 18), (64, 48)]:
        pixels = picture(width, height)
        for to in [(1, 1), (5, 9), (16, 16), (40, 29), (100, 3)]:
            if 7 * 5 < width * height < 600 and to == (100, 3):
                continue
            for method in PILLOW:
                add_resized(pixels, to, method, True, np.array(Image.fromarray(pixels).resize(to, PILLOW[method])))
            for method in OPENCV:
                add_resized(pixels, to, method, False, cv2.resize(pixels, to, interpolation=OPENCV[method]))


def add_resized(pixels, to, method, antialias, result):
    height, width, _ = pixels.shape
    cases.append({
        "kind": "resize", "name": f"{width} x {height} to {to[0]} x {to[1]} {method}{'' if antialias else ' plain'}",
        "method": method, "antialias": antialias, "from": [width, height], "pixels": b64(pixels.tobytes()),
        "width": to[0], "height": to[1], "rgb": b64(result.tobytes()),
    })


jpegs()
pngs()
resizes()
versions = {"Pillow": PIL.__version__, "OpenCV": cv2.__version__, "numpy": np.__version__}
text = json.dumps({"versions": versions, "cases": cases}).encode()
with open(os.path.join(os.path.dirname(__file__), "images.json.gz"), "wb") as file:
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(text)
print(len(cases), "cases", len(text), "bytes", versions)
