// quantize and dequantize between float32 and codes of 1 to 16 bits stored as i8, u8, i16 or u16. Any granularity: the
// ScaleLayout says which elements share a scale. Tensors may be given in chunks, in any order.

import type { Engine } from '../engine.js';
import type { ScaleLayout } from '../layout.js';
import { requireLength } from './arguments.js';
import { copyWindowIn, invalid, kernelLayout, requireStart, scaleWindow, writeLayout } from './scales.js';
import { forEachTile } from './tiles.js';

/** Storage of quantized codes. */
export type Codes = Int8Array | Uint8Array | Int16Array | Uint16Array;

/** Scales and zero points of a tensor, `layout.scaleCount` of each. */
export interface ScaleParams {
  readonly layout: ScaleLayout;
  readonly scale: Float32Array;
  readonly zeroPoint: Int32Array;
}

/** ScaleParams and the range of codes: [-128, 127] for int8, [-7, 7] for symmetric int4, [0, 255] for uint8... */
export interface QuantParams extends ScaleParams {
  readonly qmin: number;
  readonly qmax: number;
}

/** out[k] = clamp(roundHalfToEven(x[k] / scale) + zeroPoint, qmin, qmax), bit-equal to ONNX QuantizeLinear: a true
 *  float32 division, ties to even. ±Inf saturate. NaN, which ONNX leaves open and its runtimes turn into different codes,
 *  becomes zeroPoint, the code of 0.
 *
 *  @param x - Elements [start, start + x.length) of the tensor, row-major.
 *  @param out - As long as `x`; its type must hold [qmin, qmax].
 *  @param params - Scales finite and > 0, zero points within [qmin, qmax].
 *  @param start - Index of x[0] in the whole tensor; start + x.length <= 2^32.
 *  @throws OctavoError `INVALID_ARGUMENT` when a length, range, scale or zero point breaks these rules; nothing is
 *  written then. `MEMORY_LIMIT` when the scales in use do not fit in wasm memory.
 *  @example
 *  ```ts
 *  const out = new Int8Array(3);
 *  quantize(engine, Float32Array.of(-1, 0.25, 2), out, {
 *    layout: { depth: 1, inner: 1, block: 1, scaleCount: 1 },
 *    scale: Float32Array.of(0.5), zeroPoint: Int32Array.of(0), qmin: -128, qmax: 127,
 *  }); // out = -2, 0, 4
 *  ``` */
export function quantize(engine: Engine, x: Float32Array, out: Codes, params: QuantParams, start = 0): void {
  requireLength(out, x.length, 'out');
  checkCodeRange(params, out);
  const layout = checkParams(params, start, x.length);
  const kernel = engine.simd[`quantize_f32_${codeType(out)}`]!;
  const { arena } = engine;
  if (x.length === 0) return;
  arena.scope(() => {
    const paramsPtr = writeQuantParams(engine, params, layout, start, x.length);
    forEachTile(start, x.length, (from, to) => {
      arena.scope(() => {
        const codes = out.subarray(from, to);
        const xPtr = arena.copyIn(x.subarray(from, to));
        const qPtr = arena.alloc(codes.byteLength);
        kernel(xPtr, qPtr, to - from, start + from, paramsPtr);
        arena.copyOut(qPtr, codes);
      });
    });
  });
}

/** out[k] = (q[k] - zeroPoint) · scale: the subtraction in integers, then one float32 multiplication (ONNX
 *  DequantizeLinear). Scales and zero points may be any numbers.
 *
 *  @param q - Elements [start, start + q.length) of the tensor, row-major.
 *  @param out - As long as `q`.
 *  @param start - Index of q[0] in the whole tensor; start + q.length <= 2^32.
 *  @throws OctavoError `INVALID_ARGUMENT` when lengths do not match; `MEMORY_LIMIT` as in {@link quantize}. */
export function dequantize(
  engine: Engine,
  q: Codes,
  out: Float32Array,
  params: ScaleParams,
  start = 0,
): void {
  requireLength(out, q.length, 'out');
  const layout = checkParams(params, start, q.length);
  const kernel = engine.simd[`dequantize_${codeType(q)}_f32`]!;
  const { arena } = engine;
  if (q.length === 0) return;
  arena.scope(() => {
    const window = scaleWindow(layout, start, q.length);
    const scalePtr = copyWindowIn(arena, params.scale, window);
    const zeroPointPtr = copyWindowIn(arena, params.zeroPoint, window);
    const paramsPtr = writeLayout(arena, layout, [scalePtr, zeroPointPtr, 0, 0]);
    forEachTile(start, q.length, (from, to) => {
      arena.scope(() => {
        const values = out.subarray(from, to);
        const qPtr = arena.copyIn(q.subarray(from, to));
        const xPtr = arena.alloc(values.byteLength);
        kernel(qPtr, xPtr, to - from, start + from, paramsPtr);
        arena.copyOut(xPtr, values);
      });
    });
  });
}

/** Checks array lengths and the layout; returns the layout for the kernels. */
export function checkParams(params: ScaleParams, start: number, count: number): ScaleLayout {
  requireLength(params.scale, params.layout.scaleCount, 'scale');
  requireLength(params.zeroPoint, params.layout.scaleCount, 'zeroPoint');
  requireStart(start, count);
  return kernelLayout(params.layout);
}

/** Copies the scales in use in, checks them, and writes the ScaleParams block. Call it in an arena scope. */
export function writeQuantParams(
  engine: Engine,
  params: QuantParams,
  layout: ScaleLayout,
  start: number,
  count: number,
): number {
  const { arena, simd } = engine;
  const { qmin, qmax } = params;
  const window = scaleWindow(layout, start, count);
  const scalePtr = copyWindowIn(arena, params.scale, window);
  const zeroPointPtr = copyWindowIn(arena, params.zeroPoint, window);
  const offset = window.first * 4;
  if (!simd.scales_valid!(scalePtr + offset, zeroPointPtr + offset, window.end - window.first, qmin, qmax)) {
    throw invalid(`a scale is not finite and > 0, or a zero point not within [${qmin}, ${qmax}]`, 'scale');
  }
  return writeLayout(arena, layout, [scalePtr, zeroPointPtr, qmin, qmax]);
}

/** Refuses a range of codes that is empty or that the storage type (16 bits at most when not given) cannot hold. */
export function checkCodeRange({ qmin, qmax }: { qmin: number; qmax: number }, out?: Codes): void {
  const bits = out === undefined ? 16 : 8 * out.BYTES_PER_ELEMENT;
  const signed = out === undefined || out instanceof Int8Array || out instanceof Int16Array;
  const unsigned = out === undefined || !signed;
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = unsigned ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  if (!Number.isInteger(qmin) || !Number.isInteger(qmax) || qmin >= qmax || qmin < low || qmax > high) {
    throw invalid(`[${qmin}, ${qmax}] is not a range of codes within [${low}, ${high}]`, 'qmin');
  }
}

function codeType(codes: Codes): string {
  if (codes instanceof Int8Array) return 'i8';
  if (codes instanceof Uint8Array) return 'u8';
  return codes instanceof Int16Array ? 'i16' : 'u16';
}
