// Scaling the channels of a weight, a BatchNormalization as scale and shift, and bias codes. float64 inside, rounded once.

import type { Engine } from '../engine.js';
import type { ScaleLayout } from '../layout.js';
import { requireLength } from './arguments.js';
import { copyWindowIn, kernelLayout, requireStart, scaleWindow, writeLayout } from './scales.js';
import { forEachTile } from './tiles.js';

/** out[k] = x[k] · factor[s], s the scale of element start + k.
 *  @param factor - layout.scaleCount numbers
 *  @throws OctavoError `INVALID_ARGUMENT` when lengths, layout or start do not fit; `MEMORY_LIMIT` */
export function scaleValues(
  engine: Engine,
  x: Float32Array,
  out: Float32Array,
  layout: ScaleLayout,
  factor: Float64Array,
  start = 0,
): void {
  requireLength(out, x.length, 'out');
  requireLength(factor, layout.scaleCount, 'factor');
  requireStart(start, x.length);
  if (x.length === 0) return;
  const runs = kernelLayout(layout);
  const { arena, simd } = engine;
  arena.scope(() => {
    const factorPtr = copyWindowIn(arena, factor, scaleWindow(runs, start, x.length));
    const layoutPtr = writeLayout(arena, runs);
    forEachTile(start, x.length, (from, to) => {
      arena.scope(() => {
        const xPtr = arena.copyIn(x.subarray(from, to));
        simd.scale_f32!(xPtr, to - from, start + from, factorPtr, layoutPtr);
        arena.copyOut(xPtr, out.subarray(from, to));
      });
    });
  });
}

/** y = scale · x + shift, per channel. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** What a BatchNormalization does to its channels. The four arrays are of one length. */
export function batchNormAffine(
  engine: Engine,
  gamma: Float32Array,
  beta: Float32Array,
  mean: Float32Array,
  variance: Float32Array,
  epsilon: number,
): ChannelAffine {
  const count = gamma.length;
  for (const each of [beta, mean, variance]) requireLength(each, count, 'a parameter');
  const scale = new Float64Array(count);
  const shift = new Float64Array(count);
  const { arena, simd } = engine;
  arena.scope(() => {
    const [g, b, m, v] = [gamma, beta, mean, variance].map((each) => arena.copyIn(each));
    const scalePtr = arena.alloc(scale.byteLength);
    const shiftPtr = arena.alloc(shift.byteLength);
    simd.batch_norm_affine!(g!, b!, m!, v!, count, epsilon, scalePtr, shiftPtr);
    arena.copyOut(scalePtr, scale);
    arena.copyOut(shiftPtr, shift);
  });
  return { scale, shift };
}

/** roundHalfToEven(x[k] / scale[k]) within ±(2^31 − 1); NaN becomes 0. */
export function quantizeBias(engine: Engine, x: Float32Array, scale: Float32Array): Int32Array {
  requireLength(scale, x.length, 'scale');
  const codes = new Int32Array(x.length);
  const { arena, simd } = engine;
  arena.scope(() => {
    const codesPtr = arena.alloc(codes.byteLength);
    simd.quantize_f32_i32!(arena.copyIn(x), codesPtr, x.length, arena.copyIn(scale));
    arena.copyOut(codesPtr, codes);
  });
  return codes;
}
