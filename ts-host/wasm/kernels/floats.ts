// Conversions between float formats. One rule for all: round to nearest, ties to even; too large becomes infinity;
// subnormals are exact; every NaN becomes the canonical one (positive, quiet, no payload), so that output bytes do not
// depend on the engine. 16-bit floats are carried as their bits in a Uint16Array.

import type { Engine } from '../engine.js';
import { requireLength } from './arguments.js';
import { forEachTile, runKernel } from './tiles.js';

/** out[i] = the IEEE 754 binary16 nearest to x[i]: |x| >= 65520 gives infinity, |x| <= 2^-25 zero of its sign,
 *  NaN 0x7e00.
 *  @param x - any length
 *  @param out - as long as `x`, float16 bits
 *  @throws OctavoError `INVALID_ARGUMENT` when the lengths differ; `MEMORY_LIMIT`.
 *  @example
 *  ```ts
 *  const half = new Uint16Array(2);
 *  float32ToFloat16(engine, new Float32Array([1, -2]), half); // 0x3c00, 0xc000
 *  ``` */
export function float32ToFloat16(engine: Engine, x: Float32Array, out: Uint16Array): void {
  convert(engine, 'convert_f32_f16', x, out);
}

/** out[i] = the float16 with the bits x[i], exactly; NaN becomes 0x7fc00000.
 *  @throws OctavoError `INVALID_ARGUMENT` when the lengths differ; `MEMORY_LIMIT`. */
export function float16ToFloat32(engine: Engine, x: Uint16Array, out: Float32Array): void {
  convert(engine, 'convert_f16_f32', x, out);
}

/** out[i] = the bfloat16 (upper half of a float32) nearest to x[i]; NaN gives 0x7fc0.
 *  @throws OctavoError `INVALID_ARGUMENT` when the lengths differ; `MEMORY_LIMIT`. */
export function float32ToBfloat16(engine: Engine, x: Float32Array, out: Uint16Array): void {
  convert(engine, 'convert_f32_bf16', x, out);
}

/** out[i] = the bfloat16 with the bits x[i], exactly; NaN becomes 0x7fc00000.
 *  @throws OctavoError `INVALID_ARGUMENT` when the lengths differ; `MEMORY_LIMIT`. */
export function bfloat16ToFloat32(engine: Engine, x: Uint16Array, out: Float32Array): void {
  convert(engine, 'convert_bf16_f32', x, out);
}

/** out[i] = the float32 nearest to x[i]; NaN gives 0x7fc00000.
 *  @throws OctavoError `INVALID_ARGUMENT` when the lengths differ; `MEMORY_LIMIT`. */
export function float64ToFloat32(engine: Engine, x: Float64Array, out: Float32Array): void {
  convert(engine, 'convert_f64_f32', x, out);
}

type Floats = Float32Array | Float64Array | Uint16Array;

function convert(engine: Engine, kernel: string, x: Floats, out: Floats): void {
  requireLength(out, x.length, 'out');
  forEachTile(0, x.length, (from, to) => {
    runKernel(engine.arena, x.subarray(from, to), out.subarray(from, to), (xPtr, outPtr) =>
      engine.simd[kernel]!(xPtr, outPtr, to - from),
    );
  });
}
