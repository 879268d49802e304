// RoiAlign: both engines give the same bits, near to the definition in float64, all regions at once and one by one; regions
// that name no image or are too large are told.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  checkRegions,
  type RoiAlignCall,
  roiAlign,
  roiAlignScratch,
} from '../../../ts-host/wasm/kernels/execute/roi-align.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

interface Regions {
  readonly x: Float32Array;
  readonly rois: Float32Array;
  readonly images: BigInt64Array;
}

/** The four weighted neighbours of a point; none more than an element outside. */
function neighbours(call: RoiAlignCall, plane: Float32Array, y: number, x: number): number[] {
  const { height, width } = call;
  if (y < -1 || y > height || x < -1 || x > width) return [0, 0, 0, 0];
  const [cy, cx] = [Math.min(Math.max(y, 0), height - 1), Math.min(Math.max(x, 0), width - 1)];
  const [y0, x0] = [Math.floor(cy), Math.floor(cx)];
  const [y1, x1] = [Math.min(y0 + 1, height - 1), Math.min(x0 + 1, width - 1)];
  const [dy, dx] = [cy - y0, cx - x0];
  const at = (row: number, column: number): number => plane[row * width + column]!;
  return [
    at(y0, x0) * (1 - dy) * (1 - dx),
    at(y0, x1) * (1 - dy) * dx,
    at(y1, x0) * dy * (1 - dx),
    at(y1, x1) * dy * dx,
  ];
}

function oracle(call: RoiAlignCall, { x, rois, images }: Regions): Float64Array {
  const { channels, height, width, outHeight, outWidth, sampling, takesMax, halfPixel, scale } = call;
  const [size, bins] = [height * width, outHeight * outWidth];
  const out = new Float64Array(images.length * channels * bins);
  out.forEach((_, i) => {
    const [region, channel, bin] = [
      Math.floor(i / bins / channels),
      Math.floor(i / bins) % channels,
      i % bins,
    ];
    const [left, top, right, bottom] = rois
      .subarray(4 * region, 4 * region + 4)
      .map((each) => each * scale) as never as number[];
    const offset = halfPixel ? 0.5 : 0;
    const least = halfPixel ? Number.NEGATIVE_INFINITY : 1;
    const [binWidth, binHeight] = [
      Math.max(right! - left!, least) / outWidth,
      Math.max(bottom! - top!, least) / outHeight,
    ];
    const [across, down] = [binWidth, binHeight].map((side) =>
      sampling > 0 ? sampling : Math.ceil(side),
    ) as [number, number];
    const first = (Number(images[region]) * channels + channel) * size;
    const plane = x.subarray(first, first + size);
    const samples: number[][] = [];
    for (let a = 0; a < down; a++) {
      for (let b = 0; b < across; b++) {
        const sy = top! - offset + (Math.floor(bin / outWidth) + (a + 0.5) / down) * binHeight;
        const sx = left! - offset + ((bin % outWidth) + (b + 0.5) / across) * binWidth;
        samples.push(neighbours(call, plane, sy, sx));
      }
    }
    const sum = samples.flat().reduce((a, b) => a + b, 0);
    out[i] = takesMax
      ? samples.length === 0
        ? 0
        : Math.max(...samples.flat())
      : sum / Math.max(1, samples.length);
  });
  return out;
}

function run(
  engine: ExecutionEngine,
  call: RoiAlignCall,
  { x, rois, images }: Regions,
  shift: number,
  each: boolean,
): Float32Array {
  const count = images.length;
  const out = new Float32Array(count * call.channels * call.outHeight * call.outWidth);
  const scratch = engine.heap.alloc(roiAlignScratch(call));
  withHeapGuards(engine, [x.slice(), rois.slice(), images.slice(), out], shift, (from, regions, of, to) => {
    const at = { x: from!, rois: regions!, images: of!, out: to!, scratch };
    assert.equal(checkRegions(engine, call, at, count), undefined);
    if (each) for (let k = 0; k < count; k++) roiAlign(engine, call, at, k, k + 1);
    else roiAlign(engine, call, at, 0, count);
  });
  engine.heap.free(scratch);
  return out;
}

const CALL: RoiAlignCall = {
  ...{ batch: 2, channels: 3, height: 5, width: 6, outHeight: 2, outWidth: 3, sampling: 2 },
  ...{ takesMax: false, halfPixel: true, scale: 0.5 },
};

describe('roi_align_f32', () => {
  for (const takesMax of [false, true]) {
    it(`${takesMax ? 'max' : 'average'} -> the definition, equal bits in both engines, region by region too`, () => {
      const rng = new Rng(5);
      for (let n = 0; n < 48; n++) {
        const call: RoiAlignCall = {
          ...{ batch: 2, channels: rng.int(1, 5), height: rng.int(1, 7), width: rng.int(1, 7) },
          ...{ outHeight: rng.int(1, 3), outWidth: rng.int(1, 3), sampling: n % 4, takesMax },
          ...{ halfPixel: n % 2 === 0, scale: [1, 0.5, 0.25][n % 3]! },
        };
        const count = n % 5;
        const low = n % 3 === 0 ? -6 : 0;
        // Odd 32nds: no sample lies where float32 and float64 could disagree about being outside.
        const rois = Float32Array.from(
          { length: 4 * count },
          () => (2 * rng.int(16 * low, 16 * 14) + 1) / 32,
        );
        const images = BigInt64Array.from({ length: count }, () => BigInt(rng.int(0, 1)));
        const given = { x: rng.normal(2 * call.channels * call.height * call.width), rois, images };
        const simd = run(ENGINES[0]![1], call, given, 8 * (n % 3), false);
        const message = JSON.stringify(call);
        assertSameFloats(simd, run(ENGINES[1]![1], call, given, 0, false), message);
        assertSameFloats(simd, run(ENGINES[0]![1], call, given, 0, true), `${message}, one by one`);
        const expected = oracle(call, given);
        simd.forEach((value, i) => {
          assert.ok(
            Math.abs(value - expected[i]!) < 1e-5,
            `${message}: ${i} is ${value}, not ${expected[i]}`,
          );
        });
      }
    });
  }

  it('an image that is NaN or infinite -> so are its regions, the others are not', () => {
    const [images, rois] = [BigInt64Array.of(0n, 1n), Float32Array.of(0, 0, 8, 8, 0, 0, 8, 8)];
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = Float32Array.from({ length: 2 * 3 * 30 }, (_, i) => (i < 90 ? value : 1));
      for (const [, engine] of ENGINES) {
        const out = run(engine, CALL, { x, rois, images }, 0, false);
        assert.ok(out.subarray(0, 18).every((each) => !Number.isFinite(each)));
        assert.ok(out.subarray(18).every((each) => each === 1));
      }
    }
  });
});

describe('roi_align_check', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
  const fine = [0, 0, 4, 4];
  for (const [why, rois, images, expected] of [
    ['all fine', [...fine, ...fine], [0n, 1n], undefined],
    ['no regions', [], [], undefined],
    ['an image below 0', [...fine, ...fine], [0n, -1n], { region: 1, why: 'image' }],
    ['an image past the last', [...fine, ...fine], [2n, 0n], { region: 0, why: 'image' }],
    ['an image of 2^32', [...fine, ...fine], [0n, 2n ** 32n], { region: 1, why: 'image' }],
    ['a corner that is NaN', [...fine, 0, nan, 4, 4], [0n, 0n], { region: 1, why: 'size' }],
    ['a side that is infinite', [0, 0, inf, 4], [0n], { region: 0, why: 'size' }],
    ['a side that overflows', [-3e38, 0, 3e38, 4], [0n], { region: 0, why: 'size' }],
    ['more samples than a bin may have', [0, 0, 1e6, 1e6], [1n], { region: 0, why: 'size' }],
  ] as const) {
    it(`${why} -> ${JSON.stringify(expected)}`, () => {
      const call = { ...CALL, sampling: 0 };
      for (const [, engine] of ENGINES) {
        const scratch = engine.heap.alloc(roiAlignScratch(call));
        withHeapGuards(engine, [Float32Array.from(rois), BigInt64Array.from(images)], 8, (regions, of) => {
          const at = { rois: regions!, images: of!, scratch };
          assert.deepEqual(checkRegions(engine, call, at, images.length), expected);
        });
        engine.heap.free(scratch);
      }
    });
  }
});
