// Matrix transpose of any element type: bits are moved, so the kernel is chosen by the element's width.

import type { Engine } from '../engine.js';
import { requireInteger, requireLength } from './arguments.js';

/** Types that can be transposed: elements of 1, 2, 4 or 8 bytes. */
export type Elements =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** One block, 64 × 256 bytes: see assembly/kernels/transpose/simd128.ts. */
const SCRATCH_BYTES = 16384;

/** out[c · rows + r] = source[r · cols + c].
 *  @param source - [rows, cols], row-major
 *  @param out - [cols, rows], elements as wide as those of `source`
 *  @throws OctavoError `INVALID_ARGUMENT` when lengths or widths do not fit; `MEMORY_LIMIT`. */
export function transpose(engine: Engine, source: Elements, out: Elements, rows: number, cols: number): void {
  requireInteger(rows, 0, 2 ** 32 - 1, 'rows');
  requireInteger(cols, 0, 2 ** 32 - 1, 'cols');
  requireLength(source, rows * cols, 'source');
  requireLength(out, rows * cols, 'out');
  const bytes = source.BYTES_PER_ELEMENT;
  requireInteger(out.BYTES_PER_ELEMENT, bytes, bytes, 'bytes per element of out');
  engine.arena.scope(() => {
    const outPtr = engine.arena.alloc(out.byteLength);
    const sourcePtr = engine.arena.copyIn(source);
    const scratchPtr = engine.arena.alloc(SCRATCH_BYTES);
    engine.simd[`transpose_u${bytes * 8}`]!(sourcePtr, outPtr, scratchPtr, rows, cols);
    engine.arena.copyOut(outPtr, out);
  });
}
