// 8-bit matrix product: C = A · B, A u8 activations, B s8 weights packed once, C exact 32-bit sums.

import { OctavoError } from '../../errors.js';
import type { Engine, KernelExports } from '../engine.js';
import { requireInteger, requireLength } from './arguments.js';

/** Deepest product whose sums fit in 32 bits whatever the codes are: 255 · 128 · 65793 < 2^31. */
export const MAX_GEMM_DEPTH = 65793;

/** Weights in the order one module of one engine reads them. */
export interface PackedWeights {
  /** Rows of B. */
  readonly k: number;
  /** Columns of B. */
  readonly n: number;
  readonly bytes: Uint8Array;
  readonly engine: Engine;
  /** The module that packed them and alone can read them. */
  readonly kernels: KernelExports;
}

/** Packs weights for {@link gemm}, with the module that serves the family now (probe.ts chooses it).
 *  @param b - [k, n], row-major
 *  @throws OctavoError `INVALID_ARGUMENT` when `b` has not k · n elements or k > 65793; `MEMORY_LIMIT`. */
export function packWeights(engine: Engine, b: Int8Array, k: number, n: number): PackedWeights {
  return packWeightsFor(engine, engine.variants.kernels('gemm'), b, k, n);
}

/** As {@link packWeights}, for one module: what the probe compares. */
export function packWeightsFor(
  engine: Engine,
  kernels: KernelExports,
  b: Int8Array,
  k: number,
  n: number,
): PackedWeights {
  requireInteger(k, 0, MAX_GEMM_DEPTH, 'k');
  requireInteger(n, 0, 2 ** 32 - 1, 'n');
  requireLength(b, k * n, 'b');
  const { arena } = engine;
  return arena.scope(() => {
    const bPtr = arena.copyIn(b);
    const bytes = new Uint8Array(kernels.gemm_packed_bytes!(n, k) >>> 0);
    const packedPtr = arena.alloc(bytes.length);
    kernels.gemm_pack_s8!(bPtr, packedPtr, n, k);
    arena.copyOut(packedPtr, bytes);
    return { k, n, bytes, engine, kernels };
  });
}

/** c[row, column] = sum over k of a[row, k] · b[k, column], exact.
 *  @param a - [m, k], row-major
 *  @param c - [m, n], row-major, overwritten
 *  @throws OctavoError `INVALID_ARGUMENT` when lengths do not fit or `b` was packed by another engine;
 *  `MEMORY_LIMIT`. */
export function gemm(engine: Engine, a: Uint8Array, b: PackedWeights, c: Int32Array, m: number): void {
  const { k, n, kernels } = b;
  requireInteger(m, 0, 2 ** 32 - 1, 'm');
  requireLength(a, m * k, 'a');
  requireLength(c, m * n, 'c');
  if (b.engine !== engine) {
    throw new OctavoError('INVALID_ARGUMENT', 'b was packed by another engine', { field: 'b' });
  }
  const { arena } = engine;
  arena.scope(() => {
    const cPtr = arena.alloc(c.byteLength);
    const aPtr = arena.copyIn(a);
    const packedPtr = arena.copyIn(b.bytes);
    kernels.gemm_u8_s8_i32!(aPtr, packedPtr, cPtr, m, n, k);
    arena.copyOut(cPtr, c);
  });
}
