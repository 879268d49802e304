// GridSample: both engines give the same bits, as near to float64 as float32 coordinates allow: planes and volumes, every
// mode and padding, all points at once and in parts.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ExecutionEngine } from '../../../ts-host/wasm/execution.js';
import {
  GRID_MODES,
  GRID_PADDINGS,
  GRID_SAMPLE_SCRATCH_BYTES,
  type GridSampleCall,
  gridSample,
} from '../../../ts-host/wasm/kernels/execute/grid-sample.js';
import { Rng } from '../../support/rng.js';
import { ENGINES } from './engines.js';
import { assertSameFloats, withHeapGuards } from './guarded-heap.js';

const IMAGES = 2;

/** The coordinate that a grid value stands for, before padding. */
function coordinate(g: number, length: number, align: boolean): number {
  return align ? ((g + 1) / 2) * (length - 1) : ((g + 1) * length - 1) / 2;
}

/** The element at an index that may be outside; undefined counts as 0. */
function padded(index: number, length: number, { padding, align }: GridSampleCall): number | undefined {
  if (index >= 0 && index < length) return index;
  if (padding === 'zeros') return undefined;
  if (padding === 'border') return index < 0 ? 0 : length - 1;
  const [low, high] = align ? [0, length - 1] : [-0.5, length - 0.5];
  if (high === low) return 0;
  let x = index;
  while (x < low || x > high) x = x < low ? 2 * low - x : 2 * high - x;
  return Math.min(length - 1, Math.max(0, Math.trunc(x)));
}

/** Keys' cubic convolution, a = −¾. */
function cubic(distance: number): number {
  const [d, a] = [Math.abs(distance), -0.75];
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * (d ** 3 - 5 * d ** 2 + 8 * d - 4) : 0;
}

/** Taps along an axis: element (or none) and weight. */
function taps(x: number, length: number, call: GridSampleCall): [number | undefined, number][] {
  const [low, t] = [Math.floor(x), x - Math.floor(x)];
  const at = (index: number): number | undefined => padded(index, length, call);
  if (call.mode === 'nearest') return [[at(t > 0.5 || (t === 0.5 && low % 2 !== 0) ? low + 1 : low), 1]];
  if (call.mode === 'linear')
    return [
      [at(low), 1 - t],
      [at(low + 1), t],
    ];
  return [-1, 0, 1, 2].map((k) => [at(low + k), cubic(t - k)]);
}

function oracle(call: GridSampleCall, x: Float32Array, grid: Float32Array): Float64Array {
  const { channels, extents, points, rank, align } = call;
  const [depth, height, width] = extents;
  const out = new Float64Array(IMAGES * channels * points);
  for (let p = 0; p < IMAGES * points; p++) {
    const along = (axis: number, length: number): [number | undefined, number][] =>
      taps(coordinate(grid[p * rank + axis]!, length, align), length, call);
    const z = rank === 3 ? along(2, depth) : ([[0, 1]] as [number, number][]);
    const [columns, rows] = [along(0, width), along(1, height)];
    for (let c = 0; c < channels; c++) {
      const plane = (Math.floor(p / points) * channels + c) * depth * height * width;
      let sum = 0;
      for (const [d, zWeight] of z) {
        for (const [h, yWeight] of rows) {
          for (const [w, xWeight] of columns) {
            if (d === undefined || h === undefined || w === undefined) continue;
            sum += x[plane + (d * height + h) * width + w]! * zWeight * yWeight * xWeight;
          }
        }
      }
      out[(Math.floor(p / points) * channels + c) * points + (p % points)] = sum;
    }
  }
  return out;
}

function run(
  engine: ExecutionEngine,
  call: GridSampleCall,
  x: Float32Array,
  grid: Float32Array,
  shift: number,
  cuts: readonly number[],
): Float32Array {
  const out = new Float32Array(IMAGES * call.channels * call.points);
  const scratch = engine.heap.alloc(GRID_SAMPLE_SCRATCH_BYTES);
  withHeapGuards(engine, [x.slice(), grid.slice(), out], shift, (from, points, to) => {
    const at = { x: from!, grid: points!, out: to!, scratch };
    const ends = [0, ...cuts, IMAGES * call.points];
    for (let i = 1; i < ends.length; i++) gridSample(engine, call, at, ends[i - 1]!, ends[i]!);
  });
  engine.heap.free(scratch);
  return out;
}

describe('grid_sample_f32', () => {
  for (const mode of GRID_MODES) {
    for (const padding of GRID_PADDINGS) {
      it(`${mode}, ${padding} -> the definition, equal bits in both engines, in parts too`, () => {
        const rng = new Rng(mode.length * padding.length);
        for (let n = 0; n < 16; n++) {
          const rank = mode !== 'cubic' && n % 4 === 3 ? 3 : 2;
          const extents = [rank === 3 ? rng.int(1, 4) : 1, rng.int(1, 7), rng.int(1, 7)] as const;
          const points = [0, 1, 5, 63, 64, 65, 130][n % 7]!;
          const call: GridSampleCall = {
            channels: 1 + (n % 3),
            extents,
            points,
            rank,
            mode,
            padding,
            align: n % 2 === 0,
          };
          const x = rng.normal(IMAGES * call.channels * extents.reduce((a, b) => a * b));
          // Odd 64ths: no coordinate lies on a tie of `nearest`, and every one is exact in float32.
          const reach = [64, 90, 300][n % 3]!;
          const grid = Float32Array.from(
            { length: IMAGES * points * rank },
            () => (2 * rng.int(-reach / 2, reach / 2) + 1) / 64,
          );
          const expected = oracle(call, x, grid);
          const simd = run(ENGINES[0]![1], call, x, grid, 4 * (n % 4), []);
          const message = JSON.stringify(call);
          assertSameFloats(simd, run(ENGINES[1]![1], call, x, grid, 0, []), message);
          const cuts = [Math.floor(points / 3), points, points + Math.floor(points / 2)];
          assertSameFloats(simd, run(ENGINES[0]![1], call, x, grid, 0, cuts), `${message} in parts`);
          simd.forEach((value, i) => {
            assert.ok(
              Math.abs(value - expected[i]!) < 2e-5,
              `${message}: ${i} is ${value}, not ${expected[i]}`,
            );
          });
        }
      });
    }
  }

  it('coordinates that are no numbers or too large -> as −1; what is sampled may be anything', () => {
    for (const mode of GRID_MODES) {
      const call: GridSampleCall = {
        channels: 1,
        extents: [1, 3, 4],
        points: 4,
        rank: 2,
        mode,
        padding: 'border',
        align: true,
      };
      const x = Float32Array.from({ length: 24 }, (_, i) => i + 1);
      const nowhere = [Number.NaN, 0, Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY, 0, 1e30, 0];
      const corner = nowhere.map((g) => (g === 0 ? 0 : -1));
      const grids = [nowhere, corner].map((list) => Float32Array.from([...list, ...list]));
      for (const [name, engine] of ENGINES) {
        const [a, b] = grids.map((grid) => run(engine, call, x, grid, 0, []));
        assertSameFloats(a!, b!, `${name}, ${mode}`);
        const none = x.map(() => Number.NaN);
        assert.ok(run(engine, call, none, grids[1]!, 0, []).every(Number.isNaN));
      }
    }
  });
});
