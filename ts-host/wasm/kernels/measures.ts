// How far one float32 tensor is from another: mean squared error, signal to quantization noise ratio, cosine
// similarity, largest difference. Sums are float64 in a fixed order which does not depend on how the tensors are cut
// into chunks, so a figure is the same in every runtime.

import type { Engine } from '../engine.js';
import { requireLength } from './arguments.js';
import { forEachTile } from './tiles.js';

/** Running sums; opaque, laid out in assembly/num/error-sums.ts. */
export interface ErrorSums {
  readonly state: Float64Array;
  /** Pairs added so far. */
  count: number;
}

/** What {@link errorMeasures} finds. */
export interface ErrorMeasures {
  /** Σ(a − b)² / count, in squared units of the tensors; 0 for empty tensors. */
  readonly mse: number;
  /** 10 · log10(Σa² / Σ(a − b)²) in dB, the logarithm within 2 ulp; +Infinity where a = b. */
  readonly sqnrDb: number;
  /** Σab / √(Σa² · Σb²); 1 if both tensors are zero, 0 if only one is. */
  readonly cosine: number;
  /** Largest |a − b|. */
  readonly maxAbs: number;
}

const STATE_LENGTH = 17;

export function newErrorSums(): ErrorSums {
  return { state: new Float64Array(STATE_LENGTH), count: 0 };
}

/** Adds the next chunk of both tensors.
 *  @param a - the original, any length
 *  @param b - what became of it, as long as `a`
 *  @throws OctavoError `INVALID_ARGUMENT` when the lengths differ; `MEMORY_LIMIT`. */
export function addErrorMeasures(engine: Engine, a: Float32Array, b: Float32Array, sums: ErrorSums): void {
  requireLength(b, a.length, 'b');
  engine.arena.scope(() => {
    const statePtr = engine.arena.copyIn(sums.state);
    forEachTile(sums.count, a.length, (from, to) => {
      engine.arena.scope(() => {
        const aPtr = engine.arena.copyIn(a.subarray(from, to));
        const bPtr = engine.arena.copyIn(b.subarray(from, to));
        engine.simd.add_errors_f32!(aPtr, bPtr, statePtr, to - from, (sums.count + from) % 4);
      });
    });
    engine.arena.copyOut(statePtr, sums.state);
  });
  sums.count += a.length;
}

/** The measures over everything added. NaN in either tensor makes all four NaN, save that an infinity may show in its
 *  own right. */
export function errorMeasures(engine: Engine, sums: ErrorSums): ErrorMeasures {
  const results = new Float64Array(4);
  engine.arena.scope(() => {
    const statePtr = engine.arena.copyIn(sums.state);
    const outPtr = engine.arena.alloc(results.byteLength);
    engine.simd.finish_errors!(statePtr, sums.count, outPtr);
    engine.arena.copyOut(outPtr, results);
  });
  const [mse, sqnrDb, cosine, maxAbs] = results as unknown as [number, number, number, number];
  return { mse, sqnrDb, cosine, maxAbs };
}
