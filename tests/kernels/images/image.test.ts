// Kernels between pixels and a model's input: SIMD against the scalar reference bit for bit, and against plain formulas.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import type { PassAxis } from '../../../ts-host/wasm/kernels/execute/resize.js';
import {
  beginResample,
  copyLevels,
  IMAGE_FORMATS,
  type ImageFormat,
  nearestPixels,
  normalizePixels,
  orientPixels,
  RESAMPLE_BYTES,
  resampleCacheBytes,
  resamplePixels,
} from '../../../ts-host/wasm/kernels/images/image.js';
import { imageEngine, referenceImageEngine } from '../../support/engine.js';
import { Rng } from '../../support/rng.js';
import { withHeapGuards } from '../execute/guarded-heap.js';

const simd = await imageEngine();
const reference = await referenceImageEngine();

interface Axis {
  readonly extent: number;
  readonly outputs: number;
  readonly taps: number;
  /** Windows: first, count, weights. */
  readonly table: Int32Array;
}

/** Windows anywhere inside the extent, with weights that overshoot. */
function randomAxis(rng: Rng, mostExtent: number, mostOutputs: number): Axis {
  const [extent, outputs] = [rng.int(1, mostExtent), rng.int(1, mostOutputs)];
  const taps = rng.int(1, Math.min(extent, 9));
  const table = new Int32Array(outputs * (taps + 2));
  const weights = new Float32Array(table.buffer);
  let first = 0;
  for (let i = 0; i < outputs; i++) {
    const count = rng.int(1, taps);
    first = Math.min(extent - count, first + rng.int(0, 2));
    table[i * (taps + 2)] = first;
    table[i * (taps + 2) + 1] = count;
    for (let k = 0; k < count; k++) weights[i * (taps + 2) + 2 + k] = rng.float() * 1.4 - 0.3;
  }
  return { extent, outputs, taps, table };
}

function resampled(
  engine: ExecutionEngine,
  pixels: Uint8Array,
  down: Axis,
  across: Axis,
  rounds: boolean,
  shift: number,
): Uint8Array {
  const out = new Uint8Array(down.outputs * across.outputs * 3);
  const pass = (axis: Axis, table: number): PassAxis => ({ ...axis, table });
  const cache = new Uint8Array(resampleCacheBytes(pass(down, 0), pass(across, 0)));
  const arrays = [pixels, out, down.table, across.table, new Uint8Array(RESAMPLE_BYTES), cache];
  withHeapGuards(engine, arrays, shift, (x, to, a, b, block, rows) => {
    const job = { kind: 'blend' as const, rounds, down: pass(down, a!), across: pass(across, b!) };
    const half = Math.floor(down.outputs / 2);
    const at = { x: x!, out: to!, block: block!, cache: rows! };
    beginResample(engine, { ...job, ...at });
    resamplePixels(engine, { ...job, ...at }, 0, half);
    resamplePixels(engine, { ...job, ...at }, half, down.outputs);
  });
  return out;
}

/** In float32, in the order of the windows. */
function expectedResample(pixels: Uint8Array, down: Axis, across: Axis, rounds: boolean): Uint8Array {
  const f = Math.fround;
  const level = (x: number): number => Math.min(255, Math.max(0, Math.floor(f(x + 0.5))));
  const blend = (axis: Axis, i: number, valueAt: (at: number) => number): number => {
    const at = i * (axis.taps + 2);
    const weights = new Float32Array(axis.table.buffer, axis.table.byteOffset, axis.table.length);
    let sum = f(valueAt(axis.table[at]!) * weights[at + 2]!);
    for (let k = 1; k < axis.table[at + 1]!; k++) {
      sum = f(sum + f(valueAt(axis.table[at]! + k) * weights[at + 2 + k]!));
    }
    return sum;
  };
  return Uint8Array.from({ length: down.outputs * across.outputs * 3 }, (_, i) => {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % across.outputs, Math.floor(i / 3 / across.outputs)];
    const value = blend(down, y, (row) => {
      const sum = blend(across, x, (column) => pixels[(row * across.extent + column) * 3 + c]!);
      return rounds ? level(sum) : sum;
    });
    return level(value);
  });
}

describe('image_resample', () => {
  it('simd, reference -> the sums of the windows, to the bit', () => {
    const rng = new Rng(1);
    for (let round = 0; round < 120; round++) {
      const [down, across] = [randomAxis(rng, 12, 9), randomAxis(rng, 24, 24)];
      const pixels = rng.bytes(down.extent * across.extent * 3);
      const rounds = round % 2 === 0;
      const shift = 4 * rng.int(0, 4);
      const expected = expectedResample(pixels, down, across, rounds);
      assert.deepEqual(
        resampled(reference, pixels, down, across, rounds, shift),
        expected,
        `reference ${round}`,
      );
      assert.deepEqual(resampled(simd, pixels, down, across, rounds, shift), expected, `simd ${round}`);
    }
  });
});

/** What is seen of a picture of width x height in an orientation of EXIF: [x, y] of the stored pixel. */
const STORED: Readonly<Record<number, (x: number, y: number, w: number, h: number) => [number, number]>> = {
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

describe('pixels', () => {
  it('image_orient -> each pixel where EXIF says', () => {
    const rng = new Rng(2);
    for (const [orientation, stored] of Object.entries(STORED)) {
      const [width, height] = [rng.int(1, 7), rng.int(1, 7)];
      const pixels = rng.bytes(width * height * 3);
      const out = new Uint8Array(pixels.length);
      withHeapGuards(simd, [pixels, out], 1, (x, to) => {
        const half = Math.floor(height / 2);
        orientPixels(simd, x!, width, height, Number(orientation), to!, 0, half);
        orientPixels(simd, x!, width, height, Number(orientation), to!, half, height);
      });
      const outWidth = Number(orientation) >= 5 ? height : width;
      for (let i = 0; i < width * height; i++) {
        const [u, v] = stored(i % outWidth, Math.floor(i / outWidth), width, height);
        const at = (v * width + u) * 3;
        assert.deepEqual(out.slice(i * 3, i * 3 + 3), pixels.slice(at, at + 3), `${orientation}: ${i}`);
      }
    }
  });

  it('image_nearest_table -> floor((i + ½) · extent / outputs), also where that is whole', () => {
    for (const [outputs, extent] of [
      [1, 1],
      [5, 64],
      [224, 288],
      [3, 65535],
      [65535, 3],
    ] as const) {
      const table = new Uint32Array(outputs);
      withHeapGuards(simd, [table], 4, (at) => nearestPixels(simd, outputs, extent, at!));
      table.forEach((found, i) => {
        assert.equal(
          found,
          Number((BigInt(2 * i + 1) * BigInt(extent)) / BigInt(2 * outputs)),
          `${outputs} ${i}`,
        );
      });
    }
  });

  function channel(pixels: Uint8Array, i: number, format: ImageFormat, c: number): number {
    const [r, g, b] = pixels.subarray(i * 3, i * 3 + 3) as unknown as [number, number, number];
    if (format === 'GRAY') return Math.floor((r * 19595 + g * 38470 + b * 7471 + 32768) / 65536);
    return [r, g, b][format === 'BGR' ? 2 - c : c]!;
  }

  it('image_normalize_f32, image_levels_u8 -> the formula in every format and layout', () => {
    const rng = new Rng(3);
    for (const format of IMAGE_FORMATS) {
      for (const planar of [false, true]) {
        const count = rng.int(1, 40);
        const channels = format === 'GRAY' ? 1 : 3;
        const pixels = rng.bytes(count * 3);
        const norm = Float32Array.from({ length: 6 }, (_, i) =>
          i < 3 ? rng.float() * 200 - 30 : rng.float() * 90 - 40,
        );
        const steps = planar ? { pixelStep: 1, channelStep: count } : { pixelStep: channels, channelStep: 1 };
        const floats = new Float32Array(count * channels);
        const levels = new Uint8Array(count * channels);
        withHeapGuards(simd, [pixels, norm, floats, levels], 4, (x, n, f, l) => {
          normalizePixels(simd, x!, count, format, n!, f!, steps);
          copyLevels(simd, x!, count, format, l!, steps);
        });
        for (let i = 0; i < count * channels; i++) {
          const [p, c] = planar
            ? [i % count, Math.floor(i / count)]
            : [Math.floor(i / channels), i % channels];
          const level = channel(pixels, p, format, c);
          const value = Math.fround(Math.fround(level - norm[c]!) / norm[3 + c]!);
          assert.equal(levels[i], level, `${format} ${planar} ${i}`);
          assert.equal(floats[i], value, `${format} ${planar} ${i}`);
        }
      }
    }
  });
});
