// How much a quantization loses, per scale: the sums that observers minimise.

import type { Engine } from '../engine.js';
import { requireLength } from './arguments.js';
import { checkCodeRange, checkParams, type QuantParams, writeQuantParams } from './quantize.js';
import { copyWindowIn, copyWindowOut, invalid, scaleWindow } from './scales.js';
import { forEachTile } from './tiles.js';

/** error[s] += sum of (x[k] - dequantize(quantize(x[k])))² over the elements of each scale s.
 *
 *  Squares and sums are f64, added in an order that does not depend on the machine (assembly/reference/quant-error.ts)
 *  nor on how the tensor is cut, as long as chunks start at multiples of 65536 elements. A NaN or infinite x makes
 *  error[s] NaN or infinite.
 *
 *  @param x - Elements [start, start + x.length) of the tensor, row-major.
 *  @param params - Scales finite and > 0, zero points within [qmin, qmax].
 *  @param error - One sum per scale, in squared units of x; added to.
 *  @param start - Index of x[0] in the whole tensor; start + x.length <= 2^32.
 *  @throws OctavoError `INVALID_ARGUMENT` when a length, range, scale or zero point breaks these rules; `error` is
 *  unchanged then. `MEMORY_LIMIT` when the scales in use do not fit in wasm memory. */
export function addQuantError(
  engine: Engine,
  x: Float32Array,
  params: QuantParams,
  error: Float64Array,
  start = 0,
): void {
  requireLength(error, params.layout.scaleCount, 'error');
  checkCodeRange(params);
  const layout = checkParams(params, start, x.length);
  if (x.length === 0) return;
  const { arena, simd } = engine;
  arena.scope(() => {
    const window = scaleWindow(layout, start, x.length);
    const paramsPtr = writeQuantParams(engine, params, layout, start, x.length);
    const errorPtr = copyWindowIn(arena, error, window);
    forEachTile(start, x.length, (from, to) => {
      arena.scope(() => {
        const xPtr = arena.copyIn(x.subarray(from, to));
        simd.quant_error_f32!(xPtr, to - from, start + from, errorPtr, paramsPtr);
      });
    });
    copyWindowOut(arena, errorPtr, error, window);
  });
}

/** error[s] += sum of d², bias[s] += sum of means[j] · d over the elements of each scale s, with the rounded difference
 *  d = x[k] - dequantize(quantize(x[k])). A row of the tensor, one scale's, meets inputs of these means in a product, so
 *  bias is what its quantization takes from the mean of the output.
 *
 *  The order of additions is that of assembly/reference/quant-bias.ts, on every machine and for chunks that start at
 *  multiples of 65536 elements. A NaN or infinite x makes the sums of its scale NaN or infinite.
 *
 *  @param x - Elements [start, start + x.length) of the tensor, row-major.
 *  @param params - As for {@link addQuantError}; the layout must be rows of one scale: inner 1, block = depth.
 *  @param means - One per element of a row: layout.depth finite numbers.
 *  @param sums - One error and one bias per scale; added to.
 *  @param start - Index of x[0] in the whole tensor; start + x.length <= 2^32.
 *  @throws OctavoError `INVALID_ARGUMENT` when a length, layout, range, scale or zero point breaks these rules; `sums`
 *  are unchanged then. `MEMORY_LIMIT` when a row's means or the scales in use do not fit in wasm memory. */
export function addQuantBias(
  engine: Engine,
  x: Float32Array,
  params: QuantParams,
  means: Float32Array,
  { error, bias }: { readonly error: Float64Array; readonly bias: Float64Array },
  start = 0,
): void {
  const { layout } = params;
  requireLength(error, layout.scaleCount, 'error');
  requireLength(bias, layout.scaleCount, 'bias');
  requireLength(means, layout.depth, 'means');
  checkCodeRange(params);
  checkParams(params, start, x.length);
  if (layout.inner !== 1 || layout.block !== layout.depth)
    throw invalid('the scales do not lie row by row', 'layout');
  if (x.length === 0) return;
  const { arena, simd } = engine;
  arena.scope(() => {
    const window = scaleWindow(layout, start, x.length);
    const paramsPtr = writeQuantParams(engine, params, layout, start, x.length);
    const meansPtr = arena.copyIn(means);
    const errorPtr = copyWindowIn(arena, error, window);
    const biasPtr = copyWindowIn(arena, bias, window);
    forEachTile(start, x.length, (from, to) => {
      arena.scope(() => {
        const xPtr = arena.copyIn(x.subarray(from, to));
        simd.quant_bias_f32!(xPtr, to - from, start + from, meansPtr, errorPtr, biasPtr, paramsPtr);
      });
    });
    copyWindowOut(arena, errorPtr, error, window);
    copyWindowOut(arena, biasPtr, bias, window);
  });
}
