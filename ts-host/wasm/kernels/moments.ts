// Range, mean, variance and sparsity of a float32 tensor. Sums are float64 in a fixed order which does not depend on
// how the tensor is cut into chunks, so a figure is the same in every runtime.

import type { Engine } from '../engine.js';
import { forEachTile } from './tiles.js';

/** Running sums; opaque, laid out in assembly/num/moment-sums.ts. */
export interface MomentSums {
  readonly state: Float64Array;
  /** Elements added so far. */
  count: number;
}

/** What {@link momentsOf} finds. Where no element is finite, min, max, absMax, mean and variance are NaN. */
export interface Moments {
  /** All elements, not finite ones included. */
  readonly count: number;
  /** NaN and ±Infinity; they count nowhere else. */
  readonly nonFinite: number;
  readonly min: number;
  readonly max: number;
  /** max(|min|, |max|) */
  readonly absMax: number;
  readonly mean: number;
  /** Of the population: Σ(x − mean)² / n, never negative. */
  readonly variance: number;
  /** Share of elements that are ±0, in [0, 1]; 0 for an empty tensor. */
  readonly sparsity: number;
}

const STATE_LENGTH = 16;

type Six = [number, number, number, number, number, number];

export function newMoments(): MomentSums {
  return { state: new Float64Array(STATE_LENGTH), count: 0 };
}

/** Adds the next chunk of the tensor.
 *  @param x - any length
 *  @throws OctavoError `MEMORY_LIMIT`. */
export function addMoments(engine: Engine, x: Float32Array, moments: MomentSums): void {
  engine.arena.scope(() => {
    const statePtr = engine.arena.copyIn(moments.state);
    forEachTile(moments.count, x.length, (from, to) => {
      engine.arena.scope(() => {
        const xPtr = engine.arena.copyIn(x.subarray(from, to));
        engine.simd.add_moments_f32!(xPtr, statePtr, to - from, (moments.count + from) % 4);
      });
    });
    engine.arena.copyOut(statePtr, moments.state);
  });
  moments.count += x.length;
}

/** The moments of everything added. */
export function momentsOf(engine: Engine, moments: MomentSums): Moments {
  const results = new Float64Array(6);
  engine.arena.scope(() => {
    const statePtr = engine.arena.copyIn(moments.state);
    const outPtr = engine.arena.alloc(results.byteLength);
    engine.simd.finish_moments!(statePtr, moments.count, outPtr);
    engine.arena.copyOut(outPtr, results);
  });
  const [min, max, mean, variance, zeros, nonFinite] = results as unknown as Six;
  const { count } = moments;
  const absMax = Math.max(Math.abs(min), Math.abs(max));
  return { count, nonFinite, min, max, absMax, mean, variance, sparsity: count === 0 ? 0 : zeros / count };
}
