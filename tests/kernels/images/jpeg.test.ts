// JPEG kernels: SIMD against the scalar reference bit for bit, and both against plain formulas. Whole files are judged
// against Pillow in tests/data/images.test.ts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  blocksToSamples,
  describePlanes,
  HUFFMAN_COUNTS_BYTES,
  HUFFMAN_TABLE_BYTES,
  IMAGE_BYTES,
  type JpegColor,
  makeHuffmanTable,
  type Plane,
  planeRowBytes,
  planesToRows,
} from '../../../ts-host/wasm/kernels/images/jpeg.js';
import { imageEngine, referenceImageEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withHeapGuards } from '../execute/guarded-heap.js';

const simd = await imageEngine();
const reference = await referenceImageEngine();

function samples(engine: ExecutionEngine, blocks: Int16Array, steps: Uint16Array, shift: number): Uint8Array {
  const count = blocks.length / 64;
  const stride = count * 8 + 8;
  const out = new Uint8Array(stride * 7 + count * 8);
  withHeapGuards(engine, [blocks, steps, out], shift, (x, s, to) => {
    blocksToSamples(engine, x!, count, s!, to!, stride);
  });
  return out;
}

/** The definition (ITU-T T.81, A.3.3), in float64. */
function inverseDct(block: ArrayLike<number>, steps: ArrayLike<number>): number[] {
  const c = (k: number): number => (k === 0 ? Math.SQRT1_2 : 1);
  return Array.from({ length: 64 }, (_, place) => {
    const [x, y] = [place % 8, place >> 3];
    let sum = 0;
    for (let v = 0; v < 8; v++) {
      for (let u = 0; u < 8; u++) {
        const wave = Math.cos(((2 * x + 1) * u * Math.PI) / 16) * Math.cos(((2 * y + 1) * v * Math.PI) / 16);
        sum += c(u) * c(v) * block[v * 8 + u]! * steps[v * 8 + u]! * wave;
      }
    }
    return Math.min(255, Math.max(0, sum / 4 + 128));
  });
}

describe('jpeg_blocks', () => {
  it('simd -> reference, any count, alignment and coefficients', () => {
    const rng = new Rng(1);
    for (let round = 0; round < 60; round++) {
      const count = rng.int(0, 5);
      const wild = round % 3 === 0;
      const flat = round % 5 === 1;
      const blocks = Int16Array.from({ length: count * 64 }, (_, i) => {
        if (wild) return rng.int(-32768, 32767);
        if (flat) return i % 64 === 0 ? rng.int(-2000, 2000) : 0;
        return i % 64 === 0 || rng.float() < 0.2 ? rng.int(-60, 60) : 0;
      });
      const steps = Uint16Array.from({ length: 64 }, () => rng.int(1, wild ? 65535 : 40));
      const shift = 2 * rng.int(0, 8);
      assert.deepEqual(
        samples(simd, blocks, steps, shift),
        samples(reference, blocks, steps, shift),
        `${round}`,
      );
    }
  });

  it('reference -> the cosine transform, within a level', () => {
    const rng = new Rng(2);
    for (let round = 0; round < 40; round++) {
      const steps = Uint16Array.from({ length: 64 }, () => rng.int(1, 24));
      const block = Int16Array.from({ length: 64 }, (_, i) =>
        rng.float() < 0.3 ? rng.int(-12, 12) : i === 0 ? 5 : 0,
      );
      const found = samples(reference, block, steps, 0);
      inverseDct(block, steps).forEach((level, i) => {
        const actual = found[(i >> 3) * 16 + (i % 8)]!;
        assert.ok(Math.abs(actual - level) <= 1.01, `${round}: ${i} is ${actual}, not ${level}`);
      });
    }
  });
});

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly color: JpegColor;
  readonly planes: readonly (Omit<Plane, 'samples'> & { readonly bytes: Uint8Array })[];
}

function randomPicture(rng: Rng): Picture {
  const [width, height] = [rng.int(1, 40), rng.int(1, 9)];
  const color = (['gray', 'ycc', 'rgb', 'cmyk', 'ycck'] as const)[rng.int(0, 4)]!;
  const count = { gray: 1, ycc: 3, rgb: 3, cmyk: 4, ycck: 4 }[color];
  const planes = Array.from({ length: count }, (_, i) => {
    const [across, down] = i === 0 || color === 'gray' ? [1, 1] : [rng.int(1, 4), rng.int(1, 4)];
    const [w, h] = [Math.ceil(width / across), Math.ceil(height / down)];
    const stride = Math.ceil(w / 8) * 8;
    return { stride, width: w, height: h, across, down, bytes: rng.bytes(stride * h) };
  });
  return { width, height, color, planes };
}

function rgb(engine: ExecutionEngine, { width, height, color, planes }: Picture, shift: number): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  const rows = new Uint8Array(planeRowBytes(engine, width, planes.length));
  const arrays = [out, rows, new Uint8Array(IMAGE_BYTES), ...planes.map(({ bytes }) => bytes)];
  withHeapGuards(engine, arrays, shift, (to, scratch, image, ...at) => {
    describePlanes(
      engine,
      image!,
      width,
      color,
      scratch!,
      planes.map((plane, i) => ({ ...plane, samples: at[i]! })),
    );
    const half = Math.floor(height / 2);
    planesToRows(engine, image!, 0, half, to!);
    planesToRows(engine, image!, half, height, to! + half * width * 3);
  });
  return out;
}

/** A sample of the plane at a pixel: between samples where the plane is halved, else the one that covers it. */
function enlarged(
  { stride, width, height, across, down, bytes }: Picture['planes'][number],
  x: number,
  y: number,
): number {
  const at = (u: number, v: number): number =>
    bytes[Math.min(Math.max(v, 0), height - 1) * stride + Math.min(Math.max(u, 0), width - 1)]!;
  const [u, v] = [Math.floor(x / across), Math.floor(y / down)];
  const [left, up] = [x % 2 === 0, y % 2 === 0];
  const isSmooth = across === 1 || (across === 2 && width > 2);
  if (!isSmooth || down > 2 || (across === 1 && down === 1)) return at(u, v);
  const [u2, v2] = [left ? u - 1 : u + 1, up ? v - 1 : v + 1];
  if (down === 1) return (3 * at(u, v) + at(u2, v) + (left ? 1 : 2)) >> 2;
  if (across === 1) return (3 * at(u, v) + at(u, v2) + (up ? 1 : 2)) >> 2;
  const sum = (k: number): number => 3 * at(k, v) + at(k, v2);
  return (3 * sum(u) + sum(u2) + (left ? 8 : 7)) >> 4;
}

function expected({ width, height, color, planes }: Picture): number[][] {
  const clamp = (x: number): number => Math.min(255, Math.max(0, x));
  return Array.from({ length: width * height }, (_, i) => {
    const [a, b, c, k] = planes.map((plane) => enlarged(plane, i % width, Math.floor(i / width))) as number[];
    if (color === 'gray') return [a!, a!, a!];
    const colors =
      color === 'rgb' || color === 'cmyk'
        ? [a!, b!, c!]
        : [
            clamp(a! + 1.402 * (c! - 128)),
            clamp(a! - 0.344136 * (b! - 128) - 0.714136 * (c! - 128)),
            clamp(a! + 1.772 * (b! - 128)),
          ];
    if (k === undefined) return colors;
    return colors.map((x) => k * (1 - (color === 'cmyk' ? 255 - x : x) / 255));
  });
}

describe('jpeg_rows', () => {
  it('simd -> reference; reference -> the formulas, within a level', () => {
    const rng = new Rng(3);
    for (let round = 0; round < 150; round++) {
      const picture = randomPicture(rng);
      const shift = rng.int(0, 9) & ~3;
      const found = rgb(reference, picture, shift);
      const name = `${round}: ${JSON.stringify({ ...picture, planes: picture.planes.map(({ bytes: _, ...plane }) => plane) })}`;
      assert.deepEqual(rgb(simd, picture, shift), found, name);
      expected(picture)
        .flat()
        .forEach((level, i) => {
          assert.ok(Math.abs(found[i]! - level) <= 1.01, `${name}: ${i} is ${found[i]}, not ${level}`);
        });
    }
  });
});

describe('jpeg_huffman_table', () => {
  const isMade = (counts: readonly number[]): boolean => {
    const bytes = new Uint8Array(HUFFMAN_COUNTS_BYTES);
    bytes.set(counts);
    let made = false;
    withHeapGuards(simd, [bytes, new Uint8Array(HUFFMAN_TABLE_BYTES)], 4, (at, table) => {
      made = makeHuffmanTable(simd, at!, table!);
    });
    return made;
  };

  it('as many codes as there can be -> made; more -> refused', () => {
    assert.equal(isMade([2]), true);
    assert.equal(isMade([1, 2]), true);
    assert.equal(isMade([0, 0, 0, 0, 0, 0, 0, 254, 2]), true);
    assert.equal(isMade([3]), false);
    assert.equal(isMade([1, 3]), false);
    assert.equal(isMade([0, 0, 0, 0, 0, 0, 0, 0, 200, 57]), false);
    assert.equal(isMade([]), true);
  });
});
